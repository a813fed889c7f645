import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { ReceiptsUnavailableError } from '../domain/errors.ts';
import type { ReceiptReader } from '../domain/ports.ts';

const LINK_LIFETIME_SECONDS = 300;
const TIMEOUT_MS = 3_000;

export interface S3ReceiptReaderClients {
  /** Reads receipts. */
  readonly reading: S3Client;
  /** Signs addresses, and never asks S3. */
  readonly signing: S3Client;
}

export class S3ReceiptReader implements ReceiptReader {
  readonly #clients: S3ReceiptReaderClients;
  readonly #bucket: string;

  constructor(bucket: string, clients: S3ReceiptReaderClients) {
    this.#bucket = bucket;
    this.#clients = clients;
  }

  async read(key: string): Promise<string> {
    const abortSignal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const { Body } = await this.#clients.reading.send(this.#receipt(key), { abortSignal });
      return (await Body?.transformToString()) ?? '';
    } catch (cause) {
      throw new ReceiptsUnavailableError({ cause });
    }
  }

  /** Signed without a call to S3: whether the receipt exists shows when the address is used. */
  link(key: string): Promise<string> {
    return getSignedUrl(this.#clients.signing, this.#receipt(key), { expiresIn: LINK_LIFETIME_SECONDS });
  }

  #receipt(key: string): GetObjectCommand {
    return new GetObjectCommand({ Bucket: this.#bucket, Key: key });
  }
}

/** @param linkEndpoint where readers of a link find S3, if that is not where this function finds it */
export function receiptReaderClients(linkEndpoint: string | undefined): S3ReceiptReaderClients {
  return {
    reading: new S3Client({
      maxAttempts: 2,
      requestHandler: { connectionTimeout: 800, requestTimeout: 1_500, throwOnRequestTimeout: true },
    }),
    signing: new S3Client({
      ...(linkEndpoint === undefined ? {} : { endpoint: linkEndpoint }),
      // Browsers neither send nor compare checksums, which would only lengthen the URL.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    }),
  };
}
