import { expect } from 'vitest';
import { api, behaviour, guide, ONLY_JAVASCRIPT } from './behaviour.ts';
import { errorOf, type Session } from './session.ts';

const PAGE = guide('cors');
const ORIGIN = 'https://localhost:4200';
const RULE = { AllowedOrigins: [ORIGIN], AllowedMethods: ['GET', 'PUT'], MaxAgeSeconds: 3000 };
const NOT_ALLOWED =
  'CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / ' +
  "Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";

const setRules = (s3: Session, ...CORSRules: object[]) =>
  s3.call('PutBucketCors', { CORSConfiguration: { CORSRules } }, { status: 200 });

function preflight(s3: Session, method: string | undefined, rest: Record<string, string> = {}, origin = ORIGIN) {
  const asked = method === undefined ? {} : { 'access-control-request-method': method };
  return fetch(`${s3.url}/${s3.bucket}/k`, { method: 'OPTIONS', headers: { origin, ...asked, ...rest } });
}

const corsHeaders = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'));

const VARY = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method';

/** Rules for pages of other origins. A preflight request is a browser's: no client sends one. */
export const cors = [
  behaviour('rules of a bucket come back as they were put, and can be deleted', api('PutBucketCors'), async (s3) => {
    const rules = [
      { ...RULE, AllowedHeaders: ['x-amz-expected-bucket-owner'], ExposeHeaders: ['etag'] },
      { AllowedMethods: ['GET'], AllowedOrigins: ['*'] },
    ];
    await s3.call('DeleteBucketCors', {}, { status: 204 });
    await setRules(s3, ...rules);
    expect((await s3.call('GetBucketCors', {})).CORSRules).toEqual(rules);
    await s3.call('DeleteBucketCors', {}, { status: 204 });
    await s3.call('GetBucketCors', {}, { status: 404, code: 'NoSuchCORSConfiguration', BucketName: s3.bucket });
  }),
  behaviour('a rule with an unknown method is InvalidRequest', api('PutBucketCors'), (s3) => {
    const message = 'Found unsupported HTTP method in CORS config. Unsupported method is MYMETHOD';
    const CORSRules = [{ AllowedOrigins: ['*'], AllowedMethods: ['MYMETHOD'] }];
    return s3.call(
      'PutBucketCors',
      { CORSConfiguration: { CORSRules } },
      { status: 400, code: 'InvalidRequest', message },
    );
  }),
  behaviour('a configuration without a rule is MalformedXML', api('PutBucketCors'), (s3) =>
    s3.call('PutBucketCors', { CORSConfiguration: { CORSRules: [] } }, { status: 400, code: 'MalformedXML' }),
  ),
  ...[
    behaviour('a preflight request that a rule allows is 200 with the rule', PAGE, async (s3) => {
      await setRules(s3, RULE);
      const response = await preflight(s3, 'PUT');
      expect([response.status, await response.text(), corsHeaders(response)]).toEqual([
        200,
        '',
        {
          'access-control-allow-origin': ORIGIN,
          'access-control-allow-methods': 'GET, PUT',
          'access-control-allow-credentials': 'true',
          'access-control-max-age': '3000',
          vary: VARY,
        },
      ]);
    }),
    behaviour('a rule for every origin allows * and no credentials', PAGE, async (s3) => {
      await setRules(s3, { AllowedOrigins: ['*'], AllowedMethods: ['GET'], ExposeHeaders: ['x-amz-id-2', 'etag'] });
      expect(corsHeaders(await preflight(s3, 'GET'))).toEqual({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'GET',
        'access-control-expose-headers': 'x-amz-id-2, etag',
        vary: VARY,
      });
    }),
    behaviour('a preflight request from another origin is AccessForbidden', PAGE, async (s3) => {
      await setRules(s3, RULE);
      const error = await errorOf(await preflight(s3, 'PUT', {}, 'https://localhost:4201'));
      expect(error).toMatchObject({ status: 403, code: 'AccessForbidden' });
      const text = error.xml.replaceAll('&apos;', "'").replaceAll('&#39;', "'");
      expect(text).toContain(`<Message>${NOT_ALLOWED}</Message>`);
      expect(text).toContain('<Method>PUT</Method><ResourceType>OBJECT</ResourceType>');
    }),
    behaviour('a preflight request for another method is AccessForbidden', PAGE, async (s3) => {
      await setRules(s3, RULE);
      expect(await errorOf(await preflight(s3, 'DELETE'))).toMatchObject({ status: 403, code: 'AccessForbidden' });
    }),
    behaviour('a star in an origin stands for any text', PAGE, async (s3) => {
      await setRules(s3, { AllowedOrigins: ['http://*.origin.com'], AllowedMethods: ['GET'] });
      const allowed = await preflight(s3, 'GET', {}, 'http://test.origin.com');
      expect(allowed.headers.get('access-control-allow-origin')).toBe('http://test.origin.com');
      expect((await preflight(s3, 'GET', {}, 'http://test.originXcom')).status).toBe(403);
      expect((await preflight(s3, 'GET', {}, 'http://test.origin.com.evil')).status).toBe(403);
    }),
    behaviour('the headers of a preflight request must be allowed, in any case of letters', PAGE, async (s3) => {
      await setRules(s3, {
        ...RULE,
        AllowedHeaders: ['x-amz-expected-bucket-owner', 'x-AMZ-server-SIDE-encryption', 'x-own-*'],
      });
      const ask = (headers: string) => preflight(s3, 'GET', { 'access-control-request-headers': headers });
      const allowed = await ask('X-Amz-Expected-Bucket-Owner,x-amz-server-side-encryption, x-own-1');
      expect(allowed.status).toBe(200);
      expect(allowed.headers.get('access-control-allow-headers')?.toLowerCase()).toBe(
        'x-amz-expected-bucket-owner, x-amz-server-side-encryption, x-own-1',
      );
      expect((await ask('x-amz-expected-bucket-owner, x-amz-request-payer')).status).toBe(403);
    }),
    behaviour('headers are not allowed by a rule that names none', PAGE, async (s3) => {
      await setRules(s3, { AllowedOrigins: ['*'], AllowedMethods: ['GET'] });
      const response = await preflight(s3, 'GET', { 'access-control-request-headers': 'x-amz-request-payer' });
      expect(await errorOf(response)).toMatchObject({ status: 403, code: 'AccessForbidden' });
    }),
    behaviour('a preflight request to a bucket without rules is AccessForbidden', PAGE, async (s3) => {
      const error = await errorOf(await preflight(s3, 'PUT'));
      expect(error).toMatchObject({ status: 403, code: 'AccessForbidden' });
      expect(error.xml).toContain('<Message>CORSResponse: CORS is not enabled for this bucket.</Message>');
    }),
    behaviour('a preflight request without an origin is BadRequest', PAGE, async (s3) => {
      await setRules(s3, RULE);
      const response = await fetch(`${s3.url}/${s3.bucket}/k`, { method: 'OPTIONS' });
      const error = await errorOf(response);
      expect(error).toMatchObject({ status: 400, code: 'BadRequest' });
      expect(error.xml).toContain('<Message>Insufficient information. Origin request header needed.</Message>');
    }),
    behaviour('the answer to a request from an allowed origin has the headers of its rule', PAGE, async (s3) => {
      await setRules(s3, { ...RULE, ExposeHeaders: ['etag'] });
      await s3.put('k', 'test-cors');
      const url = await s3.presign('GetObject', { Key: 'k' });
      const allowed = await fetch(url, { headers: { origin: ORIGIN } });
      expect(await allowed.text()).toBe('test-cors');
      expect(corsHeaders(allowed)).toMatchObject({
        'access-control-allow-origin': ORIGIN,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'etag',
      });
    }),
    behaviour('the answer to a request from another origin has no such headers', PAGE, async (s3) => {
      await setRules(s3, RULE);
      await s3.put('k', 'test-cors');
      const url = await s3.presign('GetObject', { Key: 'k' });
      const other = await fetch(url, { headers: { origin: 'https://localhost:4201' } });
      expect([other.status, await other.text(), other.headers.get('access-control-allow-origin')]).toEqual([
        200,
        'test-cors',
        null,
      ]);
    }),
    behaviour('the first rule that matches decides', PAGE, async (s3) => {
      await setRules(s3, RULE, { AllowedOrigins: ['*'], AllowedMethods: ['GET', 'DELETE'] });
      expect((await preflight(s3, 'GET')).headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect((await preflight(s3, 'DELETE')).headers.get('access-control-allow-origin')).toBe('*');
    }),
  ].map((row) => ({ ...row, clients: ONLY_JAVASCRIPT })),
];
