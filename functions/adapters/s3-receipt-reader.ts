import { ReceiptsUnavailableError } from '../domain/errors.ts';
import type { ReceiptReader } from '../domain/ports.ts';
import { S3Bucket } from './s3-bucket.ts';

const LINK_LIFETIME_SECONDS = 300;
const TIMEOUT_MS = 3_000;

export class S3ReceiptReader implements ReceiptReader {
  readonly #bucket: S3Bucket;
  readonly #linkEndpoint: string | undefined;

  /** @param linkEndpoint where readers of a link find S3, if that is not where this function finds it */
  constructor(bucket: string, linkEndpoint?: string) {
    this.#bucket = new S3Bucket(bucket, TIMEOUT_MS);
    this.#linkEndpoint = linkEndpoint;
  }

  read(key: string): Promise<string> {
    return whileAvailable(this.#bucket.get(key));
  }

  /** Whether the receipt exists shows when the address is used. */
  link(key: string): Promise<string> {
    return this.#bucket.link(key, LINK_LIFETIME_SECONDS, this.#linkEndpoint);
  }
}

/** What the bucket answers. @throws ReceiptsUnavailableError for any failure */
export async function whileAvailable<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    throw new ReceiptsUnavailableError({ cause });
  }
}
