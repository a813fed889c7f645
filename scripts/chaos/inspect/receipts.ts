import { GetObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { Addresses } from '../../../local/start.ts';

const BUCKET = 'order-receipts';
const READ_SIDE_BY_SIDE = 16;

/** Reads receipts by their keys; those that do not exist, or cannot be read, are left out: nobody has them. */
export async function readReceipts({ aws }: Addresses, keys: readonly string[]): Promise<Map<string, string>> {
  const s3 = new S3Client({
    endpoint: aws,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const receipts = new Map<string, string>();
  const remaining = keys.values();
  const reader = async () => {
    for (const key of remaining) {
      const text = await readText(s3, key);
      if (text !== undefined) receipts.set(key, text);
    }
  };
  await Promise.all(Array.from({ length: READ_SIDE_BY_SIDE }, reader));
  s3.destroy();
  return receipts;
}

async function readText(s3: S3Client, key: string): Promise<string | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
    return (await Body?.transformToString()) ?? '';
  } catch (error) {
    if (error instanceof S3ServiceException) return undefined;
    throw error;
  }
}
