import { createHash } from 'node:crypto';
import { GetObjectCommand, HeadBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PrincipalStore } from '../../local/services/iam/principals.ts';
import { verifySignature } from '../../local/services/iam/sigv4.ts';
import { AwsService, actAs, answer, type ReceivedRequest, s3Error } from '../testing/aws-service.ts';
import { S3Bucket } from './s3-bucket.ts';

const ODD_KEY = "ä/ (b)!*'+%2F~=&?#//c.txt";
const principals = new PrincipalStore();
const role = { kind: 'role', name: 'writer', arn: 'arn:aws:iam::000000000000:role/writer' } as const;
const credentials = principals.issue(role);

let service: AwsService;
beforeEach(async () => {
  service = await AwsService.start();
  actAs(credentials, { AWS_ENDPOINT_URL: service.url });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await service.stop();
});

/** Who signed a request, as the local run finds out. */
function signerOf({ method = '', url = '', headers, body }: ReceivedRequest) {
  const payloadHash = createHash('sha256').update(body).digest('hex');
  return verifySignature({ method, url, headers, payloadHash }, principals);
}

/** What S3 makes of a request: everything but the SDK's notes on itself, and what changes from one second to the next. */
function essence({ method, url = '', headers, body }: ReceivedRequest) {
  const kept = Object.entries(headers).filter(
    ([name]) => name.startsWith('content-') || (name.startsWith('x-amz-') && !/date|user-agent|sdk/.test(name)),
  );
  return { method, path: url.replace(/\?x-id=\w+$/, ''), headers: Object.fromEntries(kept), body };
}

const PUT = {
  Bucket: 'order-receipts',
  Key: ODD_KEY,
  Body: 'Total: 1,00 €',
  ContentType: 'text/plain; charset=utf-8',
};
const GET = { Bucket: 'order-receipts', Key: ODD_KEY };
/** Without checksums of what has no body, and is not compared. */
const ONLY_REQUIRED = {
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const;

describe('a bucket', () => {
  it.each<[string, (bucket: S3Bucket) => Promise<unknown>, () => Promise<unknown>]>([
    [
      'PutObject',
      (bucket) => bucket.put(ODD_KEY, PUT.Body, PUT.ContentType),
      () => new S3Client({}).send(new PutObjectCommand(PUT)),
    ],
    ['GetObject', (bucket) => bucket.get(ODD_KEY), () => new S3Client(ONLY_REQUIRED).send(new GetObjectCommand(GET))],
    [
      'HeadBucket',
      (bucket) => bucket.check(),
      () => new S3Client({}).send(new HeadBucketCommand({ Bucket: 'order-receipts' })),
    ],
  ])('is asked as the AWS SDK asks, and the role has signed it: %s', async (_, ask, askBySdk) => {
    await ask(new S3Bucket('order-receipts'));
    await askBySdk();
    const [ours, theirs] = service.received;
    if (ours === undefined || theirs === undefined) throw new Error('A request is missing.');
    expect(essence(ours)).toEqual(essence(theirs));
    expect(signerOf(ours)).toEqual(role);
  });

  it('gives the text of an object', async () => {
    service.answers.push(answer(200, 'Total: 1,00 €'));
    expect(await new S3Bucket('order-receipts').get('1.txt')).toBe('Total: 1,00 €');
  });

  it('is down when it is not there', async () => {
    service.answers.push(s3Error(404, 'NoSuchBucket'));
    await expect(new S3Bucket('order-receipts').check()).rejects.toMatchObject({ code: 'Not Found' });
  });

  it('gives the addresses that the AWS SDK gives', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const sdk = new S3Client(ONLY_REQUIRED);
      const [ours, theirs] = [
        await new S3Bucket('order-receipts').link(ODD_KEY, 300),
        await getSignedUrl(sdk, new GetObjectCommand(GET), { expiresIn: 300 }),
      ].map((address) => new URL(address));
      // The SDK adds the name of the operation, and signs it: a note on itself.
      const [own, other] = [ours, theirs].map((url) => Object.fromEntries(url?.searchParams ?? []));
      expect(ours?.pathname).toBe(theirs?.pathname);
      expect({ ...own, 'x-id': 'GetObject', 'X-Amz-Signature': '' }).toEqual({ ...other, 'X-Amz-Signature': '' });
      const url = `${ours?.pathname}${ours?.search}`;
      expect(signerOf({ method: 'GET', url, headers: { host: ours?.host }, body: '' })).toEqual(role);
    } finally {
      vi.useRealTimers();
    }
  });
});
