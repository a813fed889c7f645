import { afterEach, describe, expect, it, vi } from 'vitest';
import { ReceiptsUnavailableError } from '../domain/errors.ts';
import { AwsService, actAs, answer, s3Error } from '../testing/aws-service.ts';
import { S3ReceiptReader } from './s3-receipt-reader.ts';

const CREDENTIALS = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' };
const KEY = 'receipts/alice/019d0f2e-7b5c-7000-8000-000000000001.txt';

/** A reader as its function makes it. */
function reader(linkEndpoint?: string): S3ReceiptReader {
  actAs(CREDENTIALS, { AWS_REGION: 'eu-central-1' });
  return new S3ReceiptReader('order-receipts', linkEndpoint);
}
const link = async (linkEndpoint?: string) => new URL(await reader(linkEndpoint).link(KEY));
afterEach(() => vi.unstubAllEnvs());

describe('a receipt’s address', () => {
  it('is good for five minutes, with the credentials of the function', async () => {
    const url = await link();
    expect(url.origin + url.pathname).toBe(`https://order-receipts.s3.eu-central-1.amazonaws.com/${KEY}`);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': expect.stringMatching(/^ASIAEXAMPLE\/\d{8}\/eu-central-1\/s3\/aws4_request$/),
      'X-Amz-Expires': '300',
      'X-Amz-Security-Token': 'session',
      'X-Amz-SignedHeaders': 'host',
    });
    expect(url.search).not.toContain('secret');
    expect([...url.searchParams.keys()].filter((key) => key.startsWith('x-amz-checksum'))).toEqual([]);
  });

  it('names the bucket in the path where the endpoint is an IP address, and is made without asking anybody', async () => {
    // Nothing listens there.
    const url = await link('http://127.0.0.1:1');
    expect(url.origin + url.pathname).toBe(`http://127.0.0.1:1/order-receipts/${KEY}`);
  });
});

describe('a receipt’s text', () => {
  it('is asked for where the function finds S3, wherever readers of a link find it', async () => {
    const s3 = await AwsService.start();
    s3.answers.push(answer(200, 'Total: $1.00'));
    vi.stubEnv('AWS_ENDPOINT_URL', s3.url);
    try {
      expect(await reader('http://127.0.0.1:1').read(KEY)).toBe('Total: $1.00');
      expect(s3.received).toMatchObject([{ method: 'GET', url: `/order-receipts/${KEY}` }]);
    } finally {
      await s3.stop();
    }
  });

  it('is the object, and an error that can be tried again where there is none', async () => {
    const s3 = await AwsService.start();
    vi.stubEnv('AWS_ENDPOINT_URL', s3.url);
    try {
      s3.answers.push(answer(200, 'Total: $1.00'), s3Error(404, 'NoSuchKey'));
      expect(await reader().read(KEY)).toBe('Total: $1.00');
      await expect(reader().read(KEY)).rejects.toThrow(ReceiptsUnavailableError);
    } finally {
      await s3.stop();
    }
  });
});
