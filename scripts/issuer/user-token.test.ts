import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAuthority } from '../../local/tls/authority.ts';
import { freePort } from '../../tooling/ports.ts';
import { LOCAL_ISSUER_CONTEXT, type LocalIssuer, startLocalIssuer } from './local-issuer.ts';
import { type UserParameters, userToken } from './user-token.ts';

let dir: string;
let issuer: LocalIssuer;
let ca: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'orderflow-token-'));
  const authority = await loadAuthority(dir, 'public');
  ca = authority.certificatePem;
  const certificate = await authority.issue('issuer');
  issuer = await startLocalIssuer({ certificate, port: 0, page: 'http://localhost:3000/', operators: ['olivia'] });
});
afterAll(async () => {
  await issuer?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const port = () => Number(new URL(issuer.url).port);
const tokenOf = (parameters: UserParameters) => userToken({ port: port(), ca, parameters });

describe('a token from the command line', () => {
  it('is an access token of its user for the API', async () => {
    const token = await tokenOf({ user: 'alice' });
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', typ: 'at+jwt', kid: expect.any(String) });
    const claims = decodeJwt(token);
    const { audience, userClaim } = LOCAL_ISSUER_CONTEXT;
    expect(claims).toMatchObject({ iss: issuer.url, aud: audience, sub: 'alice', [userClaim]: 'alice' });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(300);
    expect(claims).not.toHaveProperty('roles');
  });

  it.each<[string, UserParameters]>([
    ['who is asked for as one', { user: 'alice', role: 'operator' }],
    ['who is one at the issuer', { user: 'olivia' }],
  ])('is an operator’s for a user %s', async (_, parameters) => {
    expect(decodeJwt(await tokenOf(parameters)).roles).toEqual(['order-desk']);
  });

  it('needs a running issuer', async () => {
    const none = await freePort();
    await expect(userToken({ port: none, ca, parameters: { user: 'alice' } })).rejects.toThrow(
      `No issuer listens at port ${none}. Start one with \`npm run issuer\``,
    );
  });

  it('comes from the issuer of the same data folder alone', async () => {
    const { certificatePem } = await loadAuthority(join(dir, 'other'), 'public');
    await expect(userToken({ port: port(), ca: certificatePem, parameters: { user: 'alice' } })).rejects.toThrow(
      /is not the issuer of this data folder .* --data-dir/,
    );
  });
});
