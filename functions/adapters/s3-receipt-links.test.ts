import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it, vi } from 'vitest';
import { S3ReceiptLinks } from './s3-receipt-links.ts';

const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' };
const KEY = 'receipts/alice/019d0f2e-7b5c-7000-8000-000000000001.txt';

const link = async (endpoint?: string) => {
  const client = new S3Client({ region: 'eu-central-1', credentials, ...(endpoint ? { endpoint } : {}) });
  return new URL(await new S3ReceiptLinks('order-receipts', client).link(KEY));
};

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
  });

  it('names the bucket in the path where the endpoint is an IP address', async () => {
    const url = await link('http://127.0.0.1:4566');
    expect(url.origin + url.pathname).toBe(`http://127.0.0.1:4566/order-receipts/${KEY}`);
  });

  it('is made of the environment of the function, and without asking anybody', async () => {
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
    vi.stubEnv('AWS_SESSION_TOKEN', credentials.sessionToken);
    // Nothing listens there.
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
    try {
      const url = new URL(await new S3ReceiptLinks('order-receipts').link(KEY));
      expect(url.pathname).toBe(`/order-receipts/${KEY}`);
      expect(url.searchParams.get('X-Amz-Credential')).toContain('ASIAEXAMPLE');
      expect(url.search).not.toContain('secret');
      expect([...url.searchParams.keys()].filter((key) => key.startsWith('x-amz-checksum'))).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
