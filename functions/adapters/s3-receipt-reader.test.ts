import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ReceiptsUnavailableError } from '../domain/errors.ts';
import { receiptReaderClients, S3ReceiptReader } from './s3-receipt-reader.ts';

const CREDENTIALS = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' };
const KEY = 'receipts/alice/019d0f2e-7b5c-7000-8000-000000000001.txt';

/** A reader as its function makes it. */
function reader(linkEndpoint?: string): S3ReceiptReader {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', CREDENTIALS.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', CREDENTIALS.secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', CREDENTIALS.sessionToken);
  return new S3ReceiptReader('order-receipts', receiptReaderClients(linkEndpoint));
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
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.end('Total: $1.00');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      expect(await reader('http://127.0.0.1:1').read(KEY)).toBe('Total: $1.00');
      expect(asked).toEqual([`/order-receipts/${KEY}?x-id=GetObject`]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('is the object, and an error that can be tried again where there is none', async () => {
    const s3 = mockClient(S3Client);
    try {
      s3.on(GetObjectCommand).resolves({ Body: { transformToString: async () => 'Total: $1.00' } as never });
      expect(await reader().read(KEY)).toBe('Total: $1.00');
      expect(s3.commandCalls(GetObjectCommand)[0]?.args[0].input).toEqual({ Bucket: 'order-receipts', Key: KEY });
      s3.on(GetObjectCommand).rejects(new NoSuchKey({ message: 'none', $metadata: {} }));
      await expect(reader().read(KEY)).rejects.toThrow(ReceiptsUnavailableError);
    } finally {
      s3.restore();
    }
  });
});
