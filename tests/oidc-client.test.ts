import type { JWTPayload } from 'jose';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { newSecrets, OidcClient, SignInError, type SignInSettings } from '../frontend/oidc-client.ts';
import type { Certificate } from '../local/tls/authority.ts';
import { Issuer, trustedCertificate } from './support/issuer.ts';

const PAGE = 'https://orders.example.com/';
const CLIENT = 'dashboard';

let certificate: Certificate;
let issuer: Issuer;
const secrets = newSecrets();

beforeAll(async () => {
  const trusted = await trustedCertificate();
  certificate = trusted.certificate;
  return trusted.forget;
});
beforeEach(async () => {
  issuer = await Issuer.start(certificate);
  issuer.metadata = endpoints();
  return () => issuer.stop();
});
afterEach(() => {
  vi.useRealTimers();
});

const endpoints = () => ({
  authorization_endpoint: `${issuer.url}/authorize?tenant=1`,
  token_endpoint: `${issuer.url}/token`,
  end_session_endpoint: `${issuer.url}/logout`,
  scopes_supported: ['openid', 'offline_access'],
});
const clientWith = (settings: Partial<SignInSettings> = {}) =>
  new OidcClient(
    { issuer: issuer.url, audience: 'orderflow', clientId: CLIENT, sentToken: 'access', ...settings },
    PAGE,
  );
const idToken = (claims: JWTPayload = {}) => issuer.token({ aud: CLIENT, nonce: secrets.nonce, ...claims });
const response = (changes: Record<string, string> = {}) =>
  new URLSearchParams({ code: 'the-code', state: secrets.state, ...changes });

/** Lets the issuer's token endpoint respond. */
function respond(body: object, status = 200) {
  issuer.tokenResponse = { status, body };
}
const tokens = async (changes: object = {}) => ({
  access_token: await issuer.token(),
  token_type: 'Bearer',
  id_token: await idToken(),
  refresh_token: 'r1',
  expires_in: 60,
  ...changes,
});
const refusalOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable(),
    (error: unknown) => {
      expect(error).toBeInstanceOf(SignInError);
      const { message, isRefusal } = error as SignInError;
      return { message, isRefusal };
    },
  );

describe('the way to the issuer', () => {
  it('has what the authorization code flow with PKCE takes', async () => {
    const { origin, pathname, searchParams } = new URL(await clientWith().authorizationUrl(secrets));
    expect(origin + pathname).toBe(`${issuer.url}/authorize`);
    expect(Object.fromEntries(searchParams)).toEqual({
      tenant: '1',
      response_type: 'code',
      client_id: CLIENT,
      redirect_uri: PAGE,
      scope: 'openid offline_access',
      state: secrets.state,
      nonce: secrets.nonce,
      code_challenge: Buffer.from(
        await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secrets.codeVerifier)),
      ).toString('base64url'),
      code_challenge_method: 'S256',
      audience: 'orderflow',
    });
  });

  it('asks for the scopes that are configured, or else for those that the issuer supports', async () => {
    const scopeOf = async (client: OidcClient) =>
      new URL(await client.authorizationUrl(secrets)).searchParams.get('scope');
    expect(await scopeOf(clientWith({ scopes: 'openid orders' }))).toBe('openid orders');
    issuer.metadata = { ...endpoints(), scopes_supported: ['openid', 'email'] };
    expect(await scopeOf(clientWith())).toBe('openid');
  });

  it('leads back again at the end of the session, where the issuer has such a way', async () => {
    const address = new URL((await clientWith().endSessionUrl('id-token')) ?? '');
    expect(Object.fromEntries(address.searchParams)).toEqual({
      client_id: CLIENT,
      post_logout_redirect_uri: PAGE,
      logout_uri: PAGE,
      id_token_hint: 'id-token',
    });
    issuer.metadata = { ...endpoints(), end_session_endpoint: undefined };
    expect(await clientWith().endSessionUrl('id-token')).toBeUndefined();
  });

  it('is not taken to another issuer than that of the settings', async () => {
    issuer.metadata = { ...endpoints(), issuer: 'https://evil.example.com' };
    expect(await refusalOf(clientWith().authorizationUrl(secrets))).toMatchObject({ isRefusal: true });
  });

  it('is asked for again after a fault', async () => {
    const client = clientWith();
    for (const fault of ['hang-up', 'status', 'nonsense'] as const) {
      issuer.fault = fault;
      expect(await refusalOf(client.authorizationUrl(secrets))).toEqual({
        message: 'The identity provider does not respond. Try again.',
        isRefusal: false,
      });
    }
    issuer.fault = undefined;
    expect(await client.authorizationUrl(secrets)).toContain('/authorize');
  });
});

describe('a response of the issuer', () => {
  it('is exchanged for tokens, with the code verifier', async () => {
    const sent = await tokens();
    respond(sent);
    const before = Date.now();
    const grant = await clientWith().redeem(response(), secrets);
    expect(grant).toMatchObject({ token: sent.access_token, refreshToken: 'r1', idToken: sent.id_token });
    // Half a minute before it expires, ten minutes after it was issued.
    const renewedAfter = (grant.renewAt ?? 0) - before;
    expect(renewedAfter).toBeGreaterThanOrEqual(570_000);
    expect(renewedAfter).toBeLessThanOrEqual(570_000 + Date.now() - before);
    expect(Object.fromEntries(issuer.tokenRequests[0] ?? [])).toEqual({
      grant_type: 'authorization_code',
      client_id: CLIENT,
      code: 'the-code',
      redirect_uri: PAGE,
      code_verifier: secrets.codeVerifier,
    });
  });

  it('is renewed after half its time where that is short, whatever the clocks say', async () => {
    const hourAgo = Math.floor(Date.now() / 1_000) - 3_600;
    respond(await tokens({ access_token: await issuer.token({ iat: hourAgo, exp: hourAgo + 20 }) }));
    const before = Date.now();
    const { renewAt = 0 } = await clientWith().redeem(response(), secrets);
    expect(renewAt).toBeGreaterThanOrEqual(before + 10_000);
    expect(renewAt).toBeLessThanOrEqual(Date.now() + 10_000);
  });

  it('is exchanged for the ID token where the API takes that', async () => {
    const sent = await tokens();
    respond(sent);
    expect((await clientWith({ sentToken: 'id' }).redeem(response(), secrets)).token).toBe(sent.id_token);
  });

  it.each<[string, Record<string, string>]>([
    ['another state', { state: 'tampered' }],
    ['another issuer', { iss: 'https://evil.example.com' }],
  ])('with %s is refused before anything is exchanged', async (_, changes) => {
    respond(await tokens());
    expect(await refusalOf(clientWith().redeem(response(changes), secrets))).toEqual({
      message: 'The response of the identity provider is not valid, or does not belong to this sign-in. Sign in again.',
      isRefusal: true,
    });
    expect(issuer.tokenRequests).toEqual([]);
  });

  it.each<[string, JWTPayload]>([
    ['another nonce', { nonce: 'tampered' }],
    ['no nonce', { nonce: undefined }],
    ['another client', { aud: 'another' }],
    ['another issuer', { iss: 'https://evil.example.com' }],
  ])('is refused with an ID token for %s', async (_, claims) => {
    respond(await tokens({ id_token: await idToken(claims) }));
    expect(await refusalOf(clientWith().redeem(response(), secrets))).toMatchObject({
      message: expect.stringContaining('does not belong to this sign-in'),
    });
  });

  it('is refused without an ID token', async () => {
    respond(await tokens({ id_token: undefined }));
    expect(await refusalOf(clientWith().redeem(response(), secrets))).toMatchObject({ isRefusal: true });
  });

  it('is good on a machine whose clock is minutes off, and not with one that is an hour off', async () => {
    const minutesAgo = (minutes: number) => Math.floor(Date.now() / 1_000) - minutes * 60;
    respond(await tokens({ id_token: await idToken({ iat: minutesAgo(14), exp: minutesAgo(4) }) }));
    expect((await clientWith().redeem(response(), secrets)).refreshToken).toBe('r1');
    respond(await tokens({ id_token: await idToken({ iat: minutesAgo(70), exp: minutesAgo(60) }) }));
    expect((await refusalOf(clientWith().redeem(response(), secrets))).message).toMatch(/^The clock of this machine/);
  });

  it('is told to the reader when it is a refusal', async () => {
    const denied = new URLSearchParams({
      error: 'access_denied',
      error_description: 'You may not use this.',
      state: secrets.state,
    });
    expect(await refusalOf(clientWith().redeem(denied, secrets))).toEqual({
      message: 'The identity provider did not sign you in: You may not use this. Sign in again.',
      isRefusal: true,
    });
  });
});

describe('renewal', () => {
  const renewed = async () => ({ ...(await tokens()), id_token: await idToken({ nonce: undefined }) });
  const held = async () => ({ token: await issuer.token(), refreshToken: 'r1', idToken: 'the-id-token' });

  it('exchanges the refresh token, and keeps the next one where they rotate', async () => {
    respond({ ...(await renewed()), refresh_token: 'r2' });
    expect((await clientWith().renew(await held())).refreshToken).toBe('r2');
    expect(Object.fromEntries(issuer.tokenRequests[0] ?? [])).toEqual({
      grant_type: 'refresh_token',
      client_id: CLIENT,
      refresh_token: 'r1',
    });
  });

  it('keeps refresh token and ID token where the issuer sends no others', async () => {
    respond({ ...(await renewed()), refresh_token: undefined, id_token: undefined });
    expect(await clientWith().renew(await held())).toMatchObject({ refreshToken: 'r1', idToken: 'the-id-token' });
  });

  it('does not turn the reader into somebody else', async () => {
    respond({ ...(await renewed()), access_token: await issuer.token({ sub: 'mallory' }) });
    expect(await refusalOf(clientWith().renew(await held()))).toMatchObject({ isRefusal: true });
  });

  it.each<[string, number, boolean]>([
    ['is final when the refresh token is no good any more', 400, true],
    ['is not final when the issuer has too much to do', 429, false],
    ['is not final when the issuer fails', 503, false],
  ])('%s', async (_, status, isRefusal) => {
    respond({ error: 'invalid_grant', error_description: 'It was used before.' }, status);
    expect(await refusalOf(clientWith().renew(await held()))).toMatchObject({ isRefusal });
  });
});
