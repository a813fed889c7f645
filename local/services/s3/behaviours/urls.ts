import { expect } from 'vitest';
import { api, behaviour, ERRORS, guide, ONLY_BOTO3, ONLY_JAVASCRIPT, reference } from './behaviour.ts';
import { errorOf, type Session } from './session.ts';

const PAGE = guide('ShareObjectPreSignedURL');
const AUTHENTICATION = reference('sigv4-query-string-auth');
const PARAMETERS_ERROR = { status: 400, code: 'AuthorizationQueryParametersError' };
const SIGNATURE_ERROR = { status: 403, code: 'SignatureDoesNotMatch' };

/** A presigned URL of the object `k`, changed. */
async function changed(s3: Session, change: (url: URL) => void): Promise<Response> {
  await s3.put('k', 'something');
  const url = new URL(await s3.presign('GetObject', { Key: 'k' }));
  change(url);
  return fetch(url);
}

/** Changes the scope that a URL states. */
function inScope(url: URL, from: string | RegExp, to: string): void {
  url.searchParams.set('X-Amz-Credential', (url.searchParams.get('X-Amz-Credential') ?? '').replace(from, to));
}

/** What is changed about a URL, and the answer. */
const CHANGES = [
  ['of another object', (url: URL) => (url.pathname += '2'), SIGNATURE_ERROR],
  ['with a parameter more', (url: URL) => url.searchParams.set('versionId', 'null'), SIGNATURE_ERROR],
  ['with another signature', (url: URL) => url.searchParams.set('X-Amz-Signature', 'a'.repeat(64)), SIGNATURE_ERROR],
  ['with a longer life than was signed', (url: URL) => url.searchParams.set('X-Amz-Expires', '3600'), SIGNATURE_ERROR],
  ['without its signature', (url: URL) => url.searchParams.delete('X-Amz-Signature'), PARAMETERS_ERROR],
  ['without its expiry', (url: URL) => url.searchParams.delete('X-Amz-Expires'), PARAMETERS_ERROR],
  ['with an expiry that is no number', (url: URL) => url.searchParams.set('X-Amz-Expires', 'soon'), PARAMETERS_ERROR],
  ['with an expiry below 0', (url: URL) => url.searchParams.set('X-Amz-Expires', '-1'), PARAMETERS_ERROR],
  ['with an expiry above a week', (url: URL) => url.searchParams.set('X-Amz-Expires', '604801'), PARAMETERS_ERROR],
  ['for another Region', (url: URL) => inScope(url, 'us-east-1', 'eu-west-1'), PARAMETERS_ERROR],
  ['of another day', (url: URL) => inScope(url, /\/\d{8}\//, '/20200101/'), PARAMETERS_ERROR],
  ['with a malformed credential', (url: URL) => url.searchParams.set('X-Amz-Credential', 'a%2Fb'), PARAMETERS_ERROR],
] as const;

/** Presigned URLs, and what a signature must be. */
export const urls = [
  behaviour('a presigned URL gives the object, or a range of it', PAGE, async (s3) => {
    await s3.put('receipts/bob & ü/1.txt', 'something', { ContentType: 'text/plain' });
    const url = await s3.presign('GetObject', { Key: 'receipts/bob & ü/1.txt' });
    const response = await fetch(url);
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      'text/plain',
      'something',
    ]);
    const range = await fetch(url, { headers: { range: 'bytes=0-3' } });
    expect([range.status, await range.text()]).toEqual([206, 'some']);
  }),
  behaviour('a presigned PUT stores whatever is sent', guide('PresignedUrlUploadObject'), async (s3) => {
    const url = await s3.presign('PutObject', { Key: 'k' });
    const response = await fetch(url, { method: 'PUT', body: 'by anybody', headers: { 'content-type': 'text/plain' } });
    expect([response.status, response.headers.get('etag')]).toEqual([200, expect.stringMatching(/^"[0-9a-f]{32}"$/)]);
    await s3.call('GetObject', { Key: 'k' }, { Body: 'by anybody', ContentType: 'text/plain' });
  }),
  behaviour('a presigned PUT may state the hash of its body without having signed it', AUTHENTICATION, async (s3) => {
    const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const response = await fetch(await s3.presign('PutObject', { Key: 'k' }), { method: 'PUT', body: 'x', headers });
    expect(response.status).toBe(200);
  }),
  behaviour('presigned metadata are stored', AUTHENTICATION, async (s3) => {
    const url = await s3.presign('PutObject', { Key: 'k', Metadata: { order: '7' } });
    // boto3 expects them as headers, the other SDK puts them into the query.
    const inQuery = new URL(url).searchParams.has('x-amz-meta-order');
    const headers: Record<string, string> = inQuery ? {} : { 'x-amz-meta-order': '7' };
    expect((await fetch(url, { method: 'PUT', body: 'x', headers })).status).toBe(200);
    await s3.call('HeadObject', { Key: 'k' }, { Metadata: { order: '7' } });
  }),
  behaviour('HEAD, DELETE and lists may be presigned', PAGE, async (s3) => {
    await s3.put('k', 'something');
    const head = await fetch(await s3.presign('HeadObject', { Key: 'k' }), { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '9']);
    expect(await (await fetch(await s3.presign('ListObjectsV2', { Prefix: 'k' }))).text()).toContain('<Key>k</Key>');
    expect((await fetch(await s3.presign('DeleteObject', { Key: 'k' }), { method: 'DELETE' })).status).toBe(204);
    expect((await s3.list()).keys).toEqual([]);
  }),
  behaviour('response-content-disposition may have letters of ISO 8859-1', api('GetObject'), async (s3) => {
    await s3.put('k', 'something');
    const ResponseContentDisposition = 'attachment; filename="über.txt"';
    const response = await fetch(await s3.presign('GetObject', { Key: 'k', ResponseContentDisposition }));
    expect([response.status, response.headers.get('content-disposition')]).toEqual([200, ResponseContentDisposition]);
  }),
  behaviour('response-content-disposition beyond ISO 8859-1 is InvalidArgument', api('GetObject'), async (s3) => {
    await s3.put('k', 'something');
    const ResponseContentDisposition = 'attachment; filename="日本.txt"';
    const error = await errorOf(await fetch(await s3.presign('GetObject', { Key: 'k', ResponseContentDisposition })));
    expect(error).toMatchObject({ status: 400, code: 'InvalidArgument' });
    expect(error.xml).toContain('<ArgumentName>response-content-disposition</ArgumentName>');
  }),
  behaviour('a presigned URL of a missing key is NoSuchKey', PAGE, async (s3) => {
    const error = await errorOf(await fetch(await s3.presign('GetObject', { Key: 'none' })));
    expect(error).toMatchObject({ status: 404, code: 'NoSuchKey' });
  }),
  behaviour('a presigned URL that is over is AccessDenied', AUTHENTICATION, async (s3) => {
    await s3.put('k', 'something');
    const url = await s3.presign('GetObject', { Key: 'k' }, 1);
    const answered = async () => {
      const { code, xml } = await errorOf(await fetch(url));
      return `${code}: ${/<Message>(.*)<\/Message>/.exec(xml)?.[1]}`;
    };
    await expect.poll(answered).toBe('AccessDenied: Request has expired');
    expect((await errorOf(await fetch(url))).xml).toMatch(/<X-Amz-Expires>1<.*<Expires>20.*Z<.*<ServerTime>20.*Z</);
  }),
  behaviour(
    'a presigned URL for more than a week is refused',
    AUTHENTICATION,
    async (s3) => {
      await s3.put('k', 'something');
      const error = await errorOf(await fetch(await s3.presign('GetObject', { Key: 'k' }, 604_801)));
      expect(error).toMatchObject(PARAMETERS_ERROR);
      expect((await fetch(await s3.presign('GetObject', { Key: 'k' }, 604_800))).status).toBe(200);
    },
    ONLY_BOTO3,
  ), // the JavaScript SDK refuses to sign it
  ...CHANGES.map(([kind, change, expected]) =>
    behaviour(`a presigned URL ${kind} is ${expected.code}`, AUTHENTICATION, async (s3) => {
      expect(await errorOf(await changed(s3, change))).toMatchObject(expected);
    }),
  ),
  behaviour('a presigned URL with another method is SignatureDoesNotMatch', AUTHENTICATION, async (s3) => {
    await s3.put('k', 'something');
    const response = await fetch(await s3.presign('GetObject', { Key: 'k' }), { method: 'DELETE' });
    expect(await errorOf(response)).toMatchObject(SIGNATURE_ERROR);
    await s3.call('HeadObject', { Key: 'k' });
  }),
  behaviour('a header of S3 that was not signed is AccessDenied', AUTHENTICATION, async (s3) => {
    const url = await s3.presign('PutObject', { Key: 'k' });
    const error = await errorOf(await fetch(url, { method: 'PUT', body: 'x', headers: { 'x-amz-meta-wrong': '1' } }));
    expect(error).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(error.xml).toContain('<Message>There were headers present in the request which were not signed</Message>');
    expect(error.xml).toContain('<HeadersNotSigned>x-amz-meta-wrong</HeadersNotSigned>');
    await s3.call('HeadObject', { Key: 'k' }, { status: 404 });
  }),
  behaviour('a request without a signature is AccessDenied', ERRORS, async (s3) => {
    await s3.put('k', 'something');
    expect(await errorOf(await fetch(`${s3.url}/${s3.bucket}/k`))).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(await errorOf(await fetch(`${s3.url}/${s3.bucket}`))).toMatchObject({ status: 403, code: 'AccessDenied' });
  }),
  behaviour('an unknown access key is InvalidAccessKeyId', ERRORS, (s3) => {
    const credentials = { accessKeyId: 'unknown', secretAccessKey: 'test' };
    return s3.call('GetObject', { Key: 'k' }, { status: 403, code: 'InvalidAccessKeyId' }, { credentials });
  }),
  behaviour('a wrong secret is SignatureDoesNotMatch', ERRORS, async (s3) => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'wrong' };
    await s3.call('PutObject', { Key: 'k', Body: 'x' }, SIGNATURE_ERROR, { credentials });
    await s3.call('HeadObject', { Key: 'k' }, { status: 404 });
  }),
  behaviour(
    'a clock that is more than 15 minutes wrong is RequestTimeTooSkewed',
    ERRORS,
    async (s3) => {
      const skewed = { status: 403, code: 'RequestTimeTooSkewed' };
      const allowed = {
        ...skewed,
        MaxAllowedSkewMilliseconds: '900000',
        RequestTime: expect.stringMatching(/^\d{8}T/),
      };
      await s3.call('ListObjectsV2', {}, allowed, { clockOffset: -16 * 60_000 });
      await s3.call('ListObjectsV2', {}, skewed, { clockOffset: 16 * 60_000 });
      await s3.call('ListObjectsV2', {}, {}, { clockOffset: -14 * 60_000 });
      await s3.call('ListObjectsV2', {}, {}, { clockOffset: 14 * 60_000 });
    },
    ONLY_JAVASCRIPT,
  ), // boto3 has no other clock
  behaviour(
    'a signature for another Region is AuthorizationHeaderMalformed and names the right one',
    ERRORS,
    async (s3) => {
      const message = "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'us-east-1'";
      const expected = { status: 400, code: 'AuthorizationHeaderMalformed', message, Region: 'us-east-1' };
      await s3.call('PutObject', { Key: 'k', Body: 'x' }, expected, { region: 'eu-west-1' });
      await s3.call('HeadObject', { Key: 'k' }, { status: 404 });
    },
    ONLY_JAVASCRIPT,
  ), // the Region of boto3's session is fixed
];
