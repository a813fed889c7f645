import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AwsService, actAs, answer } from '../testing/aws-service.ts';
import { S3ReceiptStore } from './s3-receipt-store.ts';

let s3: AwsService;
beforeEach(async () => {
  s3 = await AwsService.start();
  actAs({ accessKeyId: 'a', secretAccessKey: 's' }, { AWS_ENDPOINT_URL: s3.url });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await s3.stop();
});

describe('the receipts bucket', () => {
  it('gets a receipt as a text object', async () => {
    await new S3ReceiptStore('order-receipts').put('receipts/alice/1.txt', 'Total: $1.00');
    expect(s3.received).toMatchObject([
      {
        method: 'PUT',
        url: '/order-receipts/receipts/alice/1.txt',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: 'Total: $1.00',
      },
    ]);
  });

  it('is down when it refuses', async () => {
    s3.answers.push(answer(403));
    await expect(new S3ReceiptStore('order-receipts').check()).rejects.toMatchObject({ code: 'Forbidden' });
  });
});
