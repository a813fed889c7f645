import { request } from 'node:http';
import { expect } from 'vitest';
import { api, type Behaviour, behaviour, ONLY_BOTO3, reference } from './behaviour.ts';
import { errorOf, presignPost, type Session } from './session.ts';

const POLICY = reference('sigv4-HTTPPOSTConstructPolicy');
const DENIED = { status: 403, code: 'AccessDenied' };

/** A form that uploads `body`, as a browser sends it. */
async function post(
  s3: Session,
  signed: object,
  { body = 'abcdef', more = {}, without = '' }: { body?: string; more?: Record<string, string>; without?: string } = {},
): Promise<Response> {
  const { url, fields } = await presignPost(s3, 'k', signed);
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...more })) if (name !== without) form.set(name, value);
  if (without !== 'file') form.set('file', new Blob([body]), 'my file.txt');
  return fetch(url, { method: 'POST', body: form, redirect: 'manual' });
}

/** A row for boto3, the only client that signs policies here. */
const row = (name: string, page: string, run: Behaviour['run']) => behaviour(name, page, run, ONLY_BOTO3);

/** Uploads from an HTML form with a signed policy. */
export const postObject = [
  row('a signed form uploads a file and is answered with 204', api('POST_Object'), async (s3) => {
    const response = await post(s3, {});
    expect([response.status, response.headers.get('etag')]).toEqual([204, '"e80b5017098950fc58aad83c8c14978e"']);
    expect(response.headers.get('location')).toMatch(/\/k$/);
    await s3.call('GetObject', { Key: 'k' }, { Body: 'abcdef', ChecksumCRC64NVME: 'Pact6XRTYyA=' });
  }),
  row('success_action_status 201 is answered with a description', api('POST_Object'), async (s3) => {
    const response = await post(s3, {
      Fields: { success_action_status: '201' },
      Conditions: [{ success_action_status: '201' }],
    });
    const xml = await response.text();
    expect(response.status).toBe(201);
    for (const element of [`<Bucket>${s3.bucket}</Bucket>`, '<Key>k</Key>']) expect(xml).toContain(element);
    expect(xml).toMatch(/<PostResponse.*<Location>.*\/k<\/Location>.*<\/PostResponse>/s);
  }),
  row('success_action_redirect leads on with bucket, key and ETag', api('POST_Object'), async (s3) => {
    const success_action_redirect = 'http://localhost.test/done?a=1';
    const response = await post(s3, { Fields: { success_action_redirect }, Conditions: [{ success_action_redirect }] });
    const { searchParams } = new URL(response.headers.get('location') ?? '');
    expect([response.status, Object.fromEntries(searchParams)]).toEqual([
      303,
      { a: '1', bucket: s3.bucket, key: 'k', etag: '"e80b5017098950fc58aad83c8c14978e"' },
    ]);
  }),
  row('a form sets type and metadata of its object', api('POST_Object'), async (s3) => {
    const fields = { 'Content-Type': 'text/plain', 'x-amz-meta-test-1': 'one', 'Cache-Control': 'no-cache' };
    const conditions = Object.entries(fields).map(([name, value]) => ({ [name]: value }));
    expect((await post(s3, { Fields: fields, Conditions: conditions })).status).toBe(204);
    const described = { ContentType: 'text/plain', CacheControl: 'no-cache', Metadata: { 'test-1': 'one' } };
    await s3.call('HeadObject', { Key: 'k' }, described);
  }),
  row('$' + '{filename} in a key becomes the name of the file', api('POST_Object'), async (s3) => {
    const { url, fields } = await presignPost(s3, 'user/$' + '{filename}');
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new Blob(['x']), 'my file.txt');
    expect((await fetch(url, { method: 'POST', body: form })).status).toBe(204);
    expect((await s3.list()).keys).toEqual(['user/my file.txt']);
  }),
  row('a file above content-length-range is EntityTooLarge', POLICY, async (s3) => {
    const signed = { Conditions: [['content-length-range', 5, 10]] };
    const error = await errorOf(await post(s3, signed, { body: 'a'.repeat(12) }));
    expect(error).toMatchObject({ status: 400, code: 'EntityTooLarge' });
    expect(error.xml).toContain('<ProposedSize>12</ProposedSize>');
    expect(error.xml).toContain('<MaxSizeAllowed>10</MaxSizeAllowed>');
    await s3.call('HeadObject', { Key: 'k' }, { status: 404 });
  }),
  row('a file below content-length-range is EntityTooSmall', POLICY, async (s3) => {
    const error = await errorOf(await post(s3, { Conditions: [['content-length-range', 5, 10]] }, { body: 'a' }));
    expect(error).toMatchObject({ status: 400, code: 'EntityTooSmall' });
    expect(error.xml).toContain('<MinSizeAllowed>5</MinSizeAllowed>');
  }),
  row('a file within content-length-range is stored', POLICY, async (s3) => {
    const signed = { Conditions: [['content-length-range', 5, 10]] };
    expect((await post(s3, signed, { body: 'a'.repeat(10) })).status).toBe(204);
    await s3.call('HeadObject', { Key: 'k' }, { ContentLength: 10 });
  }),
  row('a field that the policy does not have is AccessDenied', POLICY, async (s3) => {
    const error = await errorOf(await post(s3, {}, { more: { acl: 'public-read' } }));
    expect(error).toMatchObject(DENIED);
    await s3.call('HeadObject', { Key: 'k' }, { status: 404 });
  }),
  row('another value than the policy demands is AccessDenied and names the condition', POLICY, async (s3) => {
    const signed = { Conditions: [['eq', '$success_action_redirect', 'http://localhost.test/random']] };
    const error = await errorOf(
      await post(s3, signed, { more: { success_action_redirect: 'http://localhost.test/other' } }),
    );
    expect(error).toMatchObject(DENIED);
    expect(error.xml).toContain('Invalid according to Policy: Policy Condition failed: [');
    expect(error.xml).toContain('$success_action_redirect');
  }),
  row('a value that begins as the policy demands is accepted, another is AccessDenied', POLICY, async (s3) => {
    const signed = { Conditions: [['starts-with', '$Content-Type', 'image/']] };
    expect(await errorOf(await post(s3, signed, { more: { 'Content-Type': 'text/plain' } }))).toMatchObject(DENIED);
    expect((await post(s3, signed, { more: { 'Content-Type': 'image/jpeg' } })).status).toBe(204);
  }),
  row('another key than the policy demands is AccessDenied', POLICY, async (s3) => {
    expect(await errorOf(await post(s3, {}, { more: { key: 'other' } }))).toMatchObject(DENIED);
    await s3.call('HeadObject', { Key: 'other' }, { status: 404 });
  }),
  row('a condition that names its field without a dollar is AccessDenied', POLICY, async (s3) => {
    const success_action_redirect = 'http://localhost.test/random';
    const signed = {
      Fields: { success_action_redirect },
      Conditions: [['eq', 'success_action_redirect', success_action_redirect]],
    };
    const error = await errorOf(await post(s3, signed));
    expect(error).toMatchObject(DENIED);
    expect(error.xml.replaceAll('&quot;', '"')).toContain(
      `Policy Condition failed: ["eq", "success_action_redirect", "${success_action_redirect}"]`,
    );
    expect(await errorOf(await post(s3, { Conditions: [['starts-with', 'acl', '']] }))).toMatchObject(DENIED);
  }),
  row('a condition with two fields is InvalidPolicyDocument', POLICY, async (s3) => {
    const error = await errorOf(await post(s3, { Conditions: [{ acl: 'private', 'Content-Type': 'text/plain' }] }));
    expect(error).toMatchObject({ status: 400, code: 'InvalidPolicyDocument' });
  }),
  row('another case of a value than the policy demands is AccessDenied', POLICY, async (s3) => {
    const signed = { Conditions: [{ 'Content-Type': 'TEXT/plain' }], Fields: { 'Content-Type': 'text/plain' } };
    expect(await errorOf(await post(s3, signed))).toMatchObject(DENIED);
  }),
  row('a policy that is over is AccessDenied', POLICY, async (s3) => {
    const error = await errorOf(await post(s3, { ExpiresIn: -60 }));
    expect(error).toMatchObject(DENIED);
    expect(error.xml).toContain('<Message>Invalid according to Policy: Policy expired.</Message>');
  }),
  row('another policy than was signed is SignatureDoesNotMatch', POLICY, async (s3) => {
    const policy = Buffer.from('{"expiration":"2099-01-01T00:00:00Z","conditions":[]}').toString('base64');
    expect(await errorOf(await post(s3, {}, { more: { policy } }))).toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
  }),
  ...['x-amz-signature', 'x-amz-algorithm'].map((without) =>
    row(`a form without ${without} is InvalidArgument`, POLICY, async (s3) => {
      const error = await errorOf(await post(s3, {}, { without }));
      expect(error).toMatchObject({ status: 400, code: 'InvalidArgument' });
      expect(error.xml.toLowerCase()).toContain(`<argumentname>${without}</argumentname>`);
    }),
  ),
  row('a form without a file is InvalidArgument', api('POST_Object'), async (s3) => {
    expect(await errorOf(await post(s3, {}, { without: 'file' }))).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
    });
  }),
  row('a form in another coding is PreconditionFailed', api('POST_Object'), async (s3) => {
    const { url, fields } = await presignPost(s3, 'k');
    const error = await errorOf(await fetch(url, { method: 'POST', body: new URLSearchParams(fields) }));
    expect(error).toMatchObject({ status: 412, code: 'PreconditionFailed' });
    expect(error.xml).toContain('<Condition>Bucket POST must be of the enclosure-type multipart/form-data</Condition>');
  }),
  row('a form that breaks off stores nothing, whether it is allowed or not', api('POST_Object'), async (s3) => {
    for (const key of ['k', 'not what was signed']) {
      const { url, fields } = await presignPost(s3, 'k');
      const parts = Object.entries({ ...fields, key }).map(
        ([name, value]) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      );
      const file = '--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n';
      const headers = { 'content-type': 'multipart/form-data; boundary=b', 'content-length': 1_000_000 };
      await new Promise<void>((resolve) => {
        const sent = request(url, { method: 'POST', headers });
        sent.on('error', () => resolve());
        sent.write(`${parts.join('')}${file}${'x'.repeat(200_000)}`, () => sent.destroy(new Error('breaks off')));
      });
    }
    await s3.call('HeadObject', { Key: 'k' }, { status: 404 });
    expect((await post(s3, {})).status).toBe(204);
  }),
  row('a form to a missing bucket is NoSuchBucket', api('POST_Object'), async (s3) => {
    const { url, fields } = await presignPost(s3, 'k', { Bucket: 'no-such-bucket-1' });
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new Blob(['x']), 'file.txt');
    expect(await errorOf(await fetch(url, { method: 'POST', body: form }))).toMatchObject({
      status: 404,
      code: 'NoSuchBucket',
    });
  }),
];
