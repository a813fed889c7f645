import { HeadBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { S3ReceiptStore } from './s3-receipt-store.ts';

const s3 = mockClient(S3Client);
afterAll(() => s3.restore());
beforeEach(() => s3.reset());

describe('the receipts bucket', () => {
  it('gets a receipt as a text object', async () => {
    await new S3ReceiptStore('order-receipts').put('receipts/alice/1.txt', 'Total: $1.00');
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toEqual({
      Bucket: 'order-receipts',
      Key: 'receipts/alice/1.txt',
      Body: 'Total: $1.00',
      ContentType: 'text/plain; charset=utf-8',
    });
  });

  it('is down when it does not respond', async () => {
    s3.on(HeadBucketCommand).rejects(new Error('no route'));
    await expect(new S3ReceiptStore('order-receipts').check()).rejects.toThrow('no route');
  });
});
