import { HeadBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { ReceiptStore } from '../domain/ports.ts';

const TIMEOUT_MS = 2_000;

export class S3ReceiptStore implements ReceiptStore {
  readonly #client: Pick<S3Client, 'send'>;
  readonly #bucket: string;

  constructor(bucket: string, client: Pick<S3Client, 'send'> = createClient()) {
    this.#bucket = bucket;
    this.#client = client;
  }

  async put(key: string, text: string): Promise<void> {
    const receipt = { Bucket: this.#bucket, Key: key, Body: text, ContentType: 'text/plain; charset=utf-8' };
    await this.#client.send(new PutObjectCommand(receipt), { abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
  }

  /** Needs the permission `s3:ListBucket`. */
  async check(): Promise<void> {
    const bucket = new HeadBucketCommand({ Bucket: this.#bucket });
    await this.#client.send(bucket, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
  }
}

function createClient(): S3Client {
  return new S3Client({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 800, requestTimeout: 1_500, throwOnRequestTimeout: true },
  });
}
