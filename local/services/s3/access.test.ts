import { createHmac } from 'node:crypto';
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EndpointFixture } from '../aws-endpoint/endpoint-fixture.ts';
import { BUCKET, startS3Fixture } from './s3-fixture.ts';

let fixture: EndpointFixture;
let s3: S3Client;
beforeAll(async () => {
  fixture = await startS3Fixture();
  s3 = new S3Client(fixture.client);
});
afterAll(() => fixture.stop());
beforeEach(() => fixture.evaluator.asked.splice(0));
afterEach(() => fixture.evaluator.refused.clear());

const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
const get = (Key: string) => s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));

describe('permissions', () => {
  it('are checked with action and resource on each call', async () => {
    const target = { Bucket: BUCKET, Key: 'asked' };
    await put('asked', 'x');
    await s3.send(new CopyObjectCommand({ ...target, Key: 'copy', CopySource: `${BUCKET}/asked` }));
    await s3.send(new GetObjectCommand(target));
    await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    await s3.send(
      new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: [{ Key: 'asked' }, { Key: 'copy' }] } }),
    );
    await s3.send(new ListBucketsCommand({}));
    expect(fixture.evaluator.asked).toEqual([
      `writer s3:PutObject arn:aws:s3:::${BUCKET}/asked`,
      `writer s3:PutObject arn:aws:s3:::${BUCKET}/copy`,
      `writer s3:GetObject arn:aws:s3:::${BUCKET}/asked`,
      `writer s3:GetObject arn:aws:s3:::${BUCKET}/asked`,
      `writer s3:ListBucket arn:aws:s3:::${BUCKET}`,
      `writer s3:DeleteObject arn:aws:s3:::${BUCKET}/asked`,
      `writer s3:DeleteObject arn:aws:s3:::${BUCKET}/copy`,
      'writer s3:ListAllMyBuckets *',
    ]);
  });

  it('that are missing give AccessDenied, which names action, resource and caller', async () => {
    fixture.evaluator.refused.add('s3:PutObject');
    await expect(put('refused', 'x')).rejects.toMatchObject({
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
      message: `User: arn:aws:sts::000000000000:assumed-role/writer/fn is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::${BUCKET}/refused" because no identity-based policy allows the s3:PutObject action`,
    });
  });

  it('to read the source are needed for a presigned copy', async () => {
    await put('secret', 'value');
    fixture.evaluator.refused.add('s3:GetObject');
    const command = new CopyObjectCommand({ Bucket: BUCKET, Key: 'stolen', CopySource: `${BUCKET}/secret` });
    const url = await getSignedUrl(s3, command);
    expect(new URL(url).searchParams.has('x-amz-copy-source')).toBe(true);
    expect((await fetch(url, { method: 'PUT' })).status).toBe(403);
  });
});

describe('credentials', () => {
  it.each([
    ['InvalidAccessKeyId', { accessKeyId: 'other', secretAccessKey: 'test' }],
    ['SignatureDoesNotMatch', { accessKeyId: 'test', secretAccessKey: 'other' }],
  ])('that are wrong give %s', async (name, credentials) => {
    const client = new S3Client({ ...fixture.client, credentials });
    await expect(client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'x' }))).rejects.toMatchObject({
      name,
    });
  });

  it('of the operator are test and test', async () => {
    const client = new S3Client({ ...fixture.client, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
    await client.send(new ListBucketsCommand({}));
    expect(fixture.evaluator.asked).toEqual(['operator s3:ListAllMyBuckets *']);
  });

  it('are needed', async () => {
    const response = await fetch(`${fixture.endpoint.url}/${BUCKET}/key`);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('<Code>AccessDenied</Code><Message>The request is not signed.');
  });
});

it('a body other than the signed one is refused and not stored', async () => {
  const client = new S3Client(fixture.client);
  client.middlewareStack.add(
    (next) => (args) => next({ ...args, request: Object.assign(args.request as object, { body: 'forged' }) }),
    {
      step: 'deserialize',
      priority: 'low',
    },
  );
  const forged = client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'forged', Body: 'honest' }));
  await expect(forged).rejects.toMatchObject({ name: 'XAmzContentSHA256Mismatch' });
});

it('a preflight request needs no signature and follows the rules of the bucket', async () => {
  const CORSRules = [{ AllowedOrigins: ['http://localhost:3000'], AllowedMethods: ['GET'] }];
  await s3.send(new PutBucketCorsCommand({ Bucket: BUCKET, CORSConfiguration: { CORSRules } }));
  const response = await fetch(`${fixture.endpoint.url}/${BUCKET}/key`, {
    method: 'OPTIONS',
    headers: { origin: 'http://localhost:3000', 'access-control-request-method': 'GET' },
  });
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([
    200,
    'http://localhost:3000',
  ]);
});

describe('an HTML form that uploads a file', () => {
  /** A form whose policy the role has signed for one key. */
  async function send(key: string) {
    const { accessKeyId, secretAccessKey, sessionToken = '' } = fixture.client.credentials;
    const [date, region] = ['20260131', fixture.client.region];
    const credential = `${accessKeyId}/${date}/${region}/s3/aws4_request`;
    const fields = {
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-credential': credential,
      'x-amz-security-token': sessionToken,
    };
    const signed = Object.entries(fields).map(([name, value]) => ({ [name]: value }));
    const policy = {
      expiration: '2099-01-01T00:00:00Z',
      conditions: [{ bucket: BUCKET }, { key: 'allowed' }, ...signed],
    };
    const encoded = Buffer.from(JSON.stringify(policy)).toString('base64');
    const scope = [date, region, 's3', 'aws4_request'];
    const signingKey = scope.reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`));
    const form = new FormData();
    const signature = { policy: encoded, 'x-amz-signature': hmac(signingKey, encoded).toString('hex') };
    for (const [name, value] of Object.entries({ key, ...fields, ...signature })) form.set(name, value);
    form.set('file', new Blob(['from a form']), 'file.txt');
    return fetch(`${fixture.endpoint.url}/${BUCKET}`, { method: 'POST', body: form });
  }
  const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();

  it('needs the permission of who has signed it', async () => {
    expect((await send('allowed')).status).toBe(204);
    expect(fixture.evaluator.asked).toEqual([`writer s3:PutObject arn:aws:s3:::${BUCKET}/allowed`]);
    expect(await (await get('allowed')).Body?.transformToString()).toBe('from a form');
    fixture.evaluator.refused.add('s3:PutObject');
    expect((await send('allowed')).status).toBe(403);
  });

  it('stores nothing but what its policy allows', async () => {
    const response = await send('other');
    expect(response.status).toBe(403);
    expect(await response.text()).toContain(
      'Policy Condition failed: [&quot;eq&quot;, &quot;$key&quot;, &quot;allowed&quot;]',
    );
    await expect(get('other')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});
