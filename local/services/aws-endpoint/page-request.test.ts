import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../../http/http-fixture.ts';
import { BUCKET, startS3Fixture } from '../s3/s3-fixture.ts';
import type { EndpointFixture } from './endpoint-fixture.ts';

const OBJECT = { Bucket: BUCKET, Key: 'receipt.txt' };
/** What browsers add to a navigation, a fetch and a form of a page, by where the page comes from. */
const FOLLOWED_LINK = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
const FETCH = { Origin: 'http://localhost:3000', 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'cors' };
const FORM = { Origin: 'null', 'Content-Type': 'text/plain' };
const OWN = { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'same-origin' };

let fixture: EndpointFixture;
let s3: S3Client;
const stored = async () => (await s3.send(new GetObjectCommand(OBJECT))).Body?.transformToString();

beforeAll(async () => {
  fixture = await startS3Fixture();
  s3 = new S3Client(fixture.client);
  await s3.send(new PutObjectCommand({ ...OBJECT, Body: 'two keyboards' }));
});
afterAll(() => fixture.stop());

function send(method: string, signed: string, headers: Record<string, string>, body?: string) {
  const { origin, pathname, search } = new URL(signed);
  return call(origin, method, pathname + search, { headers, ...(body === undefined ? {} : { body }) });
}

describe('a web page', () => {
  it.each([
    ['follows', FOLLOWED_LINK],
    ['fetches', FETCH],
    ['on its own origin fetches', OWN],
  ])('%s a presigned URL, and its response cannot act as a page', async (_, headers) => {
    const response = await send('GET', await getSignedUrl(s3, new GetObjectCommand(OBJECT)), headers);
    expect(response).toMatchObject({
      status: 200,
      text: 'two keyboards',
      headers: { 'content-security-policy': 'sandbox' },
    });
    expect((await send('HEAD', await getSignedUrl(s3, new HeadObjectCommand(OBJECT)), headers)).status).toBe(200);
  });

  it.each([
    ['followed', FOLLOWED_LINK],
    ['fetched', FETCH],
    ['in a form', FORM],
    ['on its own origin', OWN],
  ])('changes nothing, not even with a presigned URL, %s', async (_, headers) => {
    const put = await send('PUT', await getSignedUrl(s3, new PutObjectCommand(OBJECT)), headers, 'forged');
    const deleted = await send('DELETE', await getSignedUrl(s3, new DeleteObjectCommand(OBJECT)), headers);
    expect([put.status, deleted.status]).toEqual([403, 403]);
    expect(put.text).toContain('<Message>Web pages may only read presigned URLs of S3 here.');
    expect(await stored()).toBe('two keyboards');
  });

  it('gets nothing without a signature', async () => {
    expect((await send('GET', `${fixture.endpoint.url}/${BUCKET}?list-type=2`, FETCH)).status).toBe(403);
  });
});

it('a person or a program may use any presigned URL', async () => {
  const typedIn = { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate' };
  const response = await send('GET', await getSignedUrl(s3, new GetObjectCommand(OBJECT)), typedIn);
  expect([response.status, response.headers['content-security-policy']]).toEqual([200, undefined]);
  expect((await send('PUT', await getSignedUrl(s3, new PutObjectCommand(OBJECT)), {}, 'two keyboards')).status).toBe(
    200,
  );
});

it('a page that has made its name lead here finds the endpoint closed', async () => {
  const url = await getSignedUrl(s3, new GetObjectCommand(OBJECT));
  expect(await send('GET', url, { Host: 'evil.example' })).toMatchObject({
    status: 403,
    text: expect.not.stringContaining('keyboards'),
  });
});
