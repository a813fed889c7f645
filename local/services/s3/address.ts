import type { IncomingMessage } from 'node:http';
import { AwsError } from '../../aws-api/aws-error.ts';
import { percentDecoded, queryParameters } from '../../aws-api/request.ts';
import { invalidArgument } from './errors.ts';

export interface S3Address {
  /** Empty for the service itself. */
  readonly bucket: string;
  /** Empty for a bucket. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
}

const MAX_KEY_BYTES = 1024;

/** Virtual-hosted-style hosts: `<bucket>.localhost` and `<bucket>.s3.<anything>.localhost`. */
const HOST_STYLE =
  /^(?!s3[.-])(?<bucket>[a-z0-9][a-z0-9.-]*?)\.(?:s3(?:[.-][a-z0-9.-]+)?\.)?localhost(?:\.localstack\.cloud)?(?::\d+)?$/;

/**
 * Reads bucket and key of a request in path style or virtual-hosted style.
 *
 * @throws AwsError `InvalidURI` for broken percent-encoding and for keys that would lead out of the bucket, `KeyTooLongError`
 */
export function readAddress(request: IncomingMessage): S3Address {
  const url = request.url ?? '/';
  const path = percentDecoded(url.split('?', 1)[0] ?? '/');
  const hostBucket = HOST_STYLE.exec(request.headers.host ?? '')?.groups?.bucket;
  const address = bucketAndKey(hostBucket === undefined ? path : `/${hostBucket}${path}`);
  return { ...address, query: new Map(queryParameters(url)) };
}

/**
 * Reads the header `x-amz-copy-source`: `bucket/key`, percent-encoded, maybe with a leading slash.
 *
 * @throws AwsError `InvalidArgument` without a key, and for a version, which no object has here
 */
export function readCopySource(header: string): { bucket: string; key: string; version: string | undefined } {
  const [path = '', version] = header.split('?versionId=');
  const source = bucketAndKey(`/${percentDecoded(path).replace(/^\//, '')}`);
  if (source.key === '') throw invalidArgument('Invalid copy source object key', 'x-amz-copy-source', header);
  requireVersion(version);
  return { ...source, version };
}

/** @throws AwsError `InvalidArgument` for any version but `null`, the one that objects have without versioning */
export function requireVersion(version: string | undefined): void {
  if (version === undefined || version === 'null') return;
  throw invalidArgument('Invalid version id specified', 'versionId', version);
}

function bucketAndKey(path: string): { bucket: string; key: string } {
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  if (climbs(key))
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.", 400, { details: { URI: path } });
  requireKeyLength(key);
  return { bucket, key };
}

/** @throws AwsError `KeyTooLongError` */
export function requireKeyLength(key: string): void {
  const size = Buffer.byteLength(key);
  if (size <= MAX_KEY_BYTES) return;
  const details = { Size: String(size), MaxSizeAllowed: String(MAX_KEY_BYTES) };
  throw new AwsError('KeyTooLongError', 'Your key is too long', 400, { details });
}

/** Whether `..` would lead out of the bucket, were the key a path. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
function climbs(key: string): boolean {
  let depth = 0;
  for (const segment of key.split('/')) {
    depth += segment === '..' ? -1 : segment === '' || segment === '.' ? 0 : 1;
    if (depth < 0) return true;
  }
  return false;
}
