import { crc32 } from 'node:zlib';
import { AwsClient } from './aws/aws-client.ts';
import { requestSigner, variable } from './aws/request-signer.ts';
import { bucketAddress } from './aws/service-address.ts';

/** Texts in a bucket of S3. */
export class S3Bucket {
  readonly #name: string;
  readonly #region = variable('AWS_REGION');
  readonly #client: AwsClient;
  readonly #root: string;

  /** @param limitMs for each request */
  constructor(name: string, limitMs?: number) {
    const address = bucketAddress(name, this.#region);
    this.#name = name;
    this.#client = new AwsClient('s3', this.#region, address, limitMs);
    this.#root = address.pathname;
  }

  /**
   * S3 compares the text with its checksum before it stores it.
   * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
   */
  async put(key: string, text: string, contentType: string): Promise<void> {
    const headers = { 'content-type': contentType, ...checksum(text) };
    await this.#client.send({ method: 'PUT', path: this.#root + encoded(key), headers, body: text });
  }

  get(key: string): Promise<string> {
    return this.#client.send({ method: 'GET', path: this.#root + encoded(key) });
  }

  /** Throws unless the bucket is there and may be listed. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html */
  async check(): Promise<void> {
    await this.#client.send({ method: 'HEAD', path: this.#root });
  }

  /**
   * An address under which anybody may read the object, made without asking S3.
   * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
   *
   * @param endpoint where readers find S3, if that is not where the function finds it
   */
  async link(key: string, lifetimeSeconds: number, endpoint?: string): Promise<string> {
    const address = bucketAddress(this.#name, this.#region, endpoint);
    const { protocol, hostname, host } = address;
    const path = address.pathname + encoded(key);
    const headers = { host, 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' };
    const request = { method: 'GET', protocol, hostname, path, query: {}, headers };
    const { query } = await requestSigner('s3', this.#region).presign(request, { expiresIn: lifetimeSeconds });
    return `${address.origin}${path}?${new URLSearchParams(query as Record<string, string>)}`;
  }
}

/** The header by which S3 checks what it has received. https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
export function checksum(text: string): Record<string, string> {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return { 'x-amz-checksum-crc32': bytes.toString('base64') };
}

/** As signatures have it: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function encoded(key: string): string {
  return encodeURIComponent(key)
    .replace(/%2F/g, '/')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
