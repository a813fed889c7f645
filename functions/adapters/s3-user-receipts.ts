import type { ReceiptVersion, ReceiptVersions, UserReceipts } from '../domain/erasure.ts';
import { receiptsOf } from '../domain/order.ts';
import { S3Bucket } from './s3-bucket.ts';
import { S3ObjectVersions } from './s3-object-versions.ts';
import { whileAvailable } from './s3-receipt-reader.ts';

const READ_LIMIT_MS = 5_000;

export class S3UserReceipts implements UserReceipts {
  readonly #bucket: S3Bucket;
  readonly #versions: S3ObjectVersions;

  constructor(bucket: string) {
    this.#bucket = new S3Bucket(bucket, READ_LIMIT_MS);
    this.#versions = new S3ObjectVersions(bucket);
  }

  list(userId: string, after: string | undefined): Promise<ReceiptVersions> {
    return whileAvailable(this.#versions.list(receiptsOf(userId), after));
  }

  read(key: string): Promise<string> {
    return whileAvailable(this.#bucket.get(key));
  }

  erase(versions: readonly ReceiptVersion[]): Promise<void> {
    return whileAvailable(this.#versions.erase(versions));
  }
}
