import type { ReceiptVersion, ReceiptVersions } from '../domain/erasure.ts';
import { AwsClient } from './aws/aws-client.ts';
import { AwsServiceError } from './aws/aws-service-error.ts';
import { variable } from './aws/request-signer.ts';
import { bucketAddress } from './aws/service-address.ts';
import { checksum } from './s3-bucket.ts';

/** Half of what S3 takes, so that a page is soon erased. */
const AT_ONCE = '500';
const LIMIT_MS = 20_000;
const ATTEMPT_MS = 10_000;
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** Everything that a bucket keeps under its keys, older versions and marks of deletion included. */
export class S3ObjectVersions {
  readonly #client: AwsClient;
  readonly #path: string;

  constructor(bucket: string) {
    const region = variable('AWS_REGION');
    const address = bucketAddress(bucket, region);
    this.#client = new AwsClient('s3', region, address, LIMIT_MS, ATTEMPT_MS);
    this.#path = address.pathname;
  }

  /**
   * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
   *
   * @param after `next` of the page before
   */
  async list(prefix: string, after?: string): Promise<ReceiptVersions> {
    const query = {
      versions: '',
      prefix,
      'encoding-type': 'url',
      'max-keys': AT_ONCE,
      ...Object.fromEntries(new URLSearchParams(after)),
    };
    const body = await this.#client.send({ method: 'GET', path: this.#path, query });
    const found = [...body.matchAll(/<(Version|DeleteMarker)>(.*?)<\/\1>/gs)];
    const versions = found.map(([, kind, content = '']) => ({
      key: decoded(textOf(content, 'Key')),
      versionId: textOf(content, 'VersionId'),
      current: kind === 'Version' && textOf(content, 'IsLatest') === 'true',
    }));
    if (textOf(body, 'IsTruncated') !== 'true') return { versions, next: undefined };
    const next = new URLSearchParams({
      'key-marker': decoded(textOf(body, 'NextKeyMarker')),
      'version-id-marker': textOf(body, 'NextVersionIdMarker'),
    });
    return { versions, next: next.toString() };
  }

  /**
   * Erases versions for good, a page of them at most.
   * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
   *
   * @throws AwsServiceError also when some could not be erased
   */
  async erase(versions: readonly ReceiptVersion[]): Promise<void> {
    const objects = versions.map(
      ({ key, versionId }) => `<Object><Key>${escaped(key)}</Key><VersionId>${escaped(versionId)}</VersionId></Object>`,
    );
    const body = `<?xml version="1.0" encoding="UTF-8"?><Delete xmlns="${NAMESPACE}">${objects.join('')}<Quiet>true</Quiet></Delete>`;
    const headers = { 'content-type': 'application/xml', ...checksum(body) };
    const result = await this.#client.send({ method: 'POST', path: this.#path, query: { delete: '' }, headers, body });
    const [failure] = /<Error>.*?<\/Error>/s.exec(result) ?? [];
    if (failure !== undefined) throw new AwsServiceError(textOf(failure, 'Code'), textOf(failure, 'Message'));
  }
}

/** S3 writes no element of a list with attributes, and keys percent-encoded. */
function textOf(xml: string, element: string): string {
  return new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1] ?? '';
}

function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

function escaped(text: string): string {
  return text.replace(/[&<>"\r\n]/g, (character) => `&#${character.charCodeAt(0)};`);
}
