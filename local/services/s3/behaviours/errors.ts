import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { api, behaviour, ERRORS, guide, ONLY_JAVASCRIPT, reference, rfc9110 } from './behaviour.ts';
import { errorOf } from './session.ts';

const RESPONSE_HEADERS = reference('RESTCommonResponseHeaders');

/** The form of answers and errors. */
export const errors = [
  behaviour('an error is XML with code, message, resource and the request id of its header', ERRORS, async (s3) => {
    const response = await fetch(await s3.presign('GetObject', { Key: 'a & <b>' }));
    const { status, xml } = await errorOf(response);
    expect([status, response.headers.get('content-type')]).toEqual([404, 'application/xml']);
    expect(xml).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\s*<Error>/);
    expect(xml).toContain('<Code>NoSuchKey</Code><Message>The specified key does not exist.</Message>');
    expect(xml).toContain('<Key>a &amp; &lt;b&gt;</Key>');
    expect(xml).toContain(`<RequestId>${response.headers.get('x-amz-request-id')}</RequestId>`);
    expect(xml).toContain(`<HostId>${response.headers.get('x-amz-id-2')}</HostId>`);
  }),
  behaviour('every answer has a request id of its own', RESPONSE_HEADERS, async (s3) => {
    const answers = [
      await s3.put('k'),
      await s3.call('GetObject', { Key: 'k' }),
      await s3.call('ListObjectsV2', {}),
      await s3.call('GetObject', { Key: 'none' }, { status: 404 }),
      await s3.call('HeadObject', { Key: 'none' }, { status: 404 }),
      await s3.call('DeleteObject', { Key: 'k' }),
    ];
    const ids = answers.map(({ headers }) => headers['x-amz-request-id']);
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(answers.length);
    for (const { headers } of answers) expect(headers).toHaveProperty('x-amz-id-2');
  }),
  behaviour('an error to HEAD has no body', api('HeadObject'), async (s3) => {
    const response = await fetch(await s3.presign('HeadObject', { Key: 'none' }), { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([404, '']);
  }),
  behaviour('204 has neither body nor length', rfc9110('8.6'), async (s3) => {
    const response = await fetch(await s3.presign('DeleteObject', { Key: 'k' }), { method: 'DELETE' });
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([204, null, '']);
  }),
  behaviour('a body without a stated length is refused', ERRORS, async (s3) => {
    const url = await s3.presign('PutObject', { Key: 'k' });
    const answered = new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const sent = request(url, { method: 'PUT', headers: { 'transfer-encoding': 'chunked' } }, (response) => {
        text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
      });
      sent.on('error', reject);
      sent.end('hello');
    });
    const { status, body } = await answered;
    expect([status, body]).toEqual([501, expect.stringContaining('<Code>NotImplemented</Code>')]);
    expect(body).toContain('<Header>Transfer-Encoding</Header>');
    await s3.call('HeadObject', { Key: 'k' }, { status: 404 });
  }),
  behaviour('an upload that breaks off stores nothing', guide('Welcome'), async (s3) => {
    await s3.put('k', 'before');
    const url = await s3.presign('PutObject', { Key: 'k' });
    await new Promise<void>((resolve) => {
      const sent = request(url, { method: 'PUT', headers: { 'content-length': 1_000_000 } });
      sent.on('error', () => resolve());
      sent.write('x'.repeat(100_000), () => sent.destroy(new Error('breaks off')));
    });
    await s3.call('GetObject', { Key: 'k' }, { Body: 'before' });
    await s3.put('afterwards');
  }),
  behaviour(
    'a list with an unknown configuration in the query is refused by name',
    ERRORS,
    async (s3) => {
      const { status, code } = await errorOf(await fetch(await s3.presign('ListBucketInventoryConfigurations', {})));
      expect([status, code]).toEqual([501, 'NotImplemented']);
    },
    ONLY_JAVASCRIPT,
  ), // the query is the same
];
