import type { ReceiptStore } from '../domain/ports.ts';
import { S3Bucket } from './s3-bucket.ts';

export class S3ReceiptStore implements ReceiptStore {
  readonly #bucket: S3Bucket;

  constructor(bucket: string) {
    this.#bucket = new S3Bucket(bucket);
  }

  put(key: string, text: string): Promise<void> {
    return this.#bucket.put(key, text, 'text/plain; charset=utf-8');
  }

  /** Needs the permission `s3:ListBucket`. */
  check(): Promise<void> {
    return this.#bucket.check();
  }
}
