import { createHmac } from 'node:crypto';
import { base64url } from 'jose';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Certificate } from '../../../local/tls/authority.ts';
import { AUDIENCE, Issuer, KINDS, signingKey, trustedCertificate } from '../../../tests/support/issuer.ts';
import { MemoryLog } from '../../testing/ports.ts';
import { OidcTokenVerifier } from './token-verifier.ts';

const now = () => Math.floor(Date.now() / 1000);

let certificate: Certificate;
let issuer: Issuer;
let verifier: OidcTokenVerifier;

beforeAll(async () => {
  const trusted = await trustedCertificate();
  certificate = trusted.certificate;
  return trusted.forget;
});
beforeEach(async () => {
  issuer = await Issuer.start(certificate);
  verifier = verifierOf(issuer.url);
  return () => issuer.stop();
});

const verifierOf = (url: string) => new OidcTokenVerifier({ issuer: url, audience: AUDIENCE }, new MemoryLog());

/** Why the token is refused, or `accepted`. */
const outcome = (token: string) =>
  verifier.verify(token).then(
    () => 'accepted',
    (error) => (error.code === 'invalid_token' ? error.message : error.code),
  );

describe('a token', () => {
  it('gives its claims when the issuer signed it', async () => {
    const claims = await verifier.verify(await issuer.token({ 'custom:user_id': 'alice', groups: ['a', 'b'] }));
    expect(claims).toMatchObject({ sub: 'alice', 'custom:user_id': 'alice', groups: ['a', 'b'] });
  });

  it.each(Object.keys(KINDS) as (keyof typeof KINDS)[])('may be signed with %s', async (alg) => {
    issuer.keys = [signingKey(alg)];
    expect(await outcome(await issuer.token())).toBe('accepted');
  });

  it.each<[string, () => Record<string, unknown>, string]>([
    ['that has expired', () => ({ exp: now() - 10 }), 'The token has expired.'],
    ['without an expiry', () => ({ exp: undefined }), 'The token never expires.'],
    ['that is not valid yet', () => ({ nbf: now() + 60 }), 'The token is not valid yet.'],
    ['of another issuer', () => ({ iss: 'https://example.com' }), 'The token is from another issuer.'],
    ['of an issuer with a slash more', () => ({ iss: `${issuer.url}/` }), 'The token is from another issuer.'],
    ['without an issuer', () => ({ iss: undefined }), 'The token is from another issuer.'],
    ['for another audience', () => ({ aud: 'other' }), 'The token is meant for another audience.'],
    ['for a list of others', () => ({ aud: ['x', 'orderflow2'] }), 'The token is meant for another audience.'],
    ['without an audience', () => ({ aud: undefined }), 'The token is meant for another audience.'],
    ['whose expiry is text', () => ({ exp: '9999999999' }), 'The token is not a JWT.'],
  ])('%s is refused', async (_, claims, reason) => {
    expect(await outcome(await issuer.token(claims()))).toBe(reason);
  });

  it.each<[string, () => Record<string, unknown>]>([
    ['for several audiences', () => ({ aud: ['other', AUDIENCE] })],
    ['that has just expired by another clock', () => ({ exp: now() - 2 })],
    ['that is about to be valid by another clock', () => ({ nbf: now() + 2 })],
  ])('%s is accepted', async (_, claims) => {
    expect(await outcome(await issuer.token(claims()))).toBe('accepted');
  });

  it('signed by another key is refused although it names one of the issuer', async () => {
    const key = signingKey('RS256', issuer.key.kid);
    expect(await outcome(await issuer.token({}, { key }))).toBe('The token has an invalid signature.');
  });

  it('whose claims were changed is refused', async () => {
    const [header, , signature] = (await issuer.token()).split('.');
    const claims = base64url.encode(JSON.stringify({ iss: issuer.url, aud: AUDIENCE, sub: 'bob', exp: now() + 60 }));
    expect(await outcome(`${header}.${claims}.${signature}`)).toBe('The token has an invalid signature.');
  });

  it.each([{ exp: -1e20 }, { exp: -8_640_000_000_001 }, { nbf: 1e13 }, { nbf: 1e20 }])(
    'with the impossible time %o is refused, and no fault of the issuer',
    async (claims) => {
      const [header = '', payload = ''] = [{ alg: 'RS256', kid: 'k' }, claims].map((part) =>
        base64url.encode(JSON.stringify(part)),
      );
      expect(await outcome(`${header}.${payload}.AA`)).toBe('The token contains an invalid time.');
    },
  );

  it.each([
    ['asks for extensions', { crit: ['exp2'] }, 'The token requires extensions that are not supported.'],
    ['tells of a logout', { typ: 'logout+jwt' }, 'The token is not an access token.'],
    ['tells of a logout in capitals', { typ: 'LOGOUT+JWT' }, 'The token is not an access token.'],
    ['tells of a logout in full', { typ: 'Application/logout+jwt' }, 'The token is not an access token.'],
    ['tells of a security event', { typ: 'secevent+jwt' }, 'The token is not an access token.'],
    ['proves possession of a key', { typ: 'dpop+jwt' }, 'The token is not an access token.'],
    ['has a type of another tree', { typ: 'text/jwt' }, 'The token is not an access token.'],
    ['has several types', { typ: ['JWT'] }, /^The token is not /],
    ['has no type, expressly', { typ: null }, /^The token is not /],
  ])('that %s is refused before its key is looked at', async (_, header, refusal) => {
    const [, payload, signature] = (await issuer.token()).split('.');
    const head = base64url.encode(JSON.stringify({ alg: 'RS256', kid: issuer.key.kid, ...header }));
    expect(await outcome(`${head}.${payload}.${signature}`)).toMatch(refusal);
  });

  it.each([undefined, 'JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/JWT'])(
    'of the type %j is an access token',
    async (typ) => {
      expect(await outcome(await issuer.token({}, { header: { typ } }))).toBe('accepted');
    },
  );

  it('that tells of events is refused, whatever its type', async () => {
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    for (const header of [{}, { typ: 'JWT' }, { typ: 'at+jwt' }]) {
      expect(await outcome(await issuer.token({ events }, { header }))).toBe('The token is not an access token.');
    }
  });

  it('that names no key is refused', async () => {
    expect(await outcome(await issuer.token({}, { header: { kid: undefined } }))).toBe('The token names no key.');
  });

  it('without a signature is refused, whatever its algorithm says', async () => {
    const [, claims] = (await issuer.token()).split('.');
    for (const alg of ['none', 'None', 'RS256', 'ES256', 'EdDSA']) {
      const header = base64url.encode(JSON.stringify({ alg, kid: issuer.key.kid }));
      expect(await outcome(`${header}.${claims}.`)).toBe('The token is not a JWT.');
      expect(await outcome(`${header}.${claims}.AAAA`)).toMatch(/algorithm|invalid signature/);
    }
  });

  it('signed with the public key as a shared secret is refused', async () => {
    const key = issuer.key;
    const [, claims] = (await issuer.token()).split('.');
    for (const alg of ['HS256', 'RS256']) {
      const head = `${base64url.encode(JSON.stringify({ alg, kid: key.kid }))}.${claims}`;
      const hmac = createHmac('sha256', JSON.stringify(key.jwk)).update(head).digest('base64url');
      expect(await outcome(`${head}.${hmac}`)).toMatch(/algorithm|invalid signature/);
    }
  });

  it('whose algorithm does not go with its key is refused, and no fault of the issuer', async () => {
    for (const [kind, alg] of [
      ['ES256', 'RS256'],
      ['EdDSA', 'RS256'],
      ['RS256', 'EdDSA'],
      ['RS256', 'PS256'],
    ] as const) {
      issuer.keys = [signingKey(kind)];
      verifier = verifierOf(issuer.url);
      const [, claims] = (await issuer.token()).split('.');
      const header = base64url.encode(JSON.stringify({ alg, kid: issuer.key.kid }));
      expect(await outcome(`${header}.${claims}.${'A'.repeat(342)}`)).toMatch(/^The token /);
    }
  });

  it('signed with a key for something else is refused', async () => {
    const key = issuer.key;
    issuer.keys = [{ ...key, jwk: { ...key.jwk, use: 'enc' } }];
    expect(await outcome(await issuer.token())).toBe('The token cannot be verified.');
  });

  it.each(['', 'x', 'a.b', 'a.b.c', 'a.b.c.d', '....', 'e30.e30.e30', 'bnVsbA.bnVsbA.AAAA'])(
    'that reads "%s" is refused',
    async (token) => {
      expect(await outcome(token)).toMatch(/^The token is /);
    },
  );

  it('is refused without a word of what is in it', async () => {
    const claims = base64url.encode('{"secret-claim": secret');
    await expect(verifier.verify(`${base64url.encode('{"alg":"RS256"}')}.${claims}.AAAA`)).rejects.toSatisfy(
      (error) => !`${error.message} ${error.cause}`.includes('secret'),
    );
  });
});
