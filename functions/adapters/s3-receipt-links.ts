import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { ReceiptLinks } from '../domain/ports.ts';

const LIFETIME_SECONDS = 300;

/** Presigned URLs, signed without a call to S3: whether the object exists shows when a URL is used. */
export class S3ReceiptLinks implements ReceiptLinks {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(bucket: string, client = createClient()) {
    this.#bucket = bucket;
    this.#client = client;
  }

  link(key: string): Promise<string> {
    const receipt = new GetObjectCommand({ Bucket: this.#bucket, Key: key });
    return getSignedUrl(this.#client, receipt, { expiresIn: LIFETIME_SECONDS });
  }
}

function createClient(): S3Client {
  // Browsers neither send nor compare checksums, which would only lengthen the URL.
  return new S3Client({ requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' });
}
