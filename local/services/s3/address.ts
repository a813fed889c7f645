import type { IncomingMessage } from 'node:http';
import { AwsError } from '../../aws-api/aws-error.ts';
import { percentDecoded, queryParameters } from '../../aws-api/request.ts';

export interface S3Address {
  readonly bucket?: string;
  readonly key?: string;
  readonly query: readonly (readonly [name: string, value: string])[];
}

/** Virtual-hosted-style hosts: `<bucket>.localhost` and `<bucket>.s3.<anything>.localhost`. */
const HOST_STYLE =
  /^(?!s3[.-])(?<bucket>[a-z0-9][a-z0-9.-]*?)\.(?:s3(?:[.-][a-z0-9.-]+)?\.)?localhost(?:\.localstack\.cloud)?(?::\d+)?$/;

/**
 * Reads bucket and key of a request in path style or virtual-hosted style.
 *
 * @throws AwsError `InvalidURI` for broken percent-encoding, and for keys that would lead out of the store's folder
 */
export function readAddress(request: IncomingMessage): S3Address {
  const url = request.url ?? '/';
  const path = percentDecoded(url.split('?', 1)[0] ?? '/');
  const hostBucket = HOST_STYLE.exec(request.headers.host ?? '')?.groups?.bucket;
  const { bucket, key } = bucketAndKey(hostBucket === undefined ? path : `/${hostBucket}${path}`);
  return { ...(bucket === '' ? {} : { bucket }), ...(key === '' ? {} : { key }), query: queryParameters(url) };
}

/** Reads the header `x-amz-copy-source`: `bucket/key`, percent-encoded, maybe with a leading slash. Throws AwsError. */
export function readCopySource(header: string): { bucket: string; key: string } {
  return bucketAndKey(`/${percentDecoded(header.split('?', 1)[0] ?? '').replace(/^\//, '')}`);
}

/** The path-style address, the only style that the store knows. */
export function storePath({ bucket, key }: Pick<S3Address, 'bucket' | 'key'>, query: S3Address['query'] = []): string {
  const path = ['', bucket ?? '', ...(key === undefined ? [] : key.split('/'))].map(encodeURIComponent).join('/');
  const search = new URLSearchParams(query.map(([name, value]): [string, string] => [name, value])).toString();
  return search === '' ? path : `${path}?${search}`;
}

/** Throws AwsError `InvalidURI` for a key that would climb out of the store's folder. S3 itself takes such keys. */
export function refuseClimbingKey(key: string): void {
  if (key.split('/').some((segment) => segment === '..' || segment === '.') || key.includes('\0')) {
    throw new AwsError('InvalidURI', `The local S3 does not take keys with the path segments "." or "..": ${key}`);
  }
}

function bucketAndKey(path: string): { bucket: string; key: string } {
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  refuseClimbingKey(`${bucket}/${key}`);
  return { bucket, key };
}
