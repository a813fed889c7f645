import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Certificate, loadAuthority } from '../../../local/tls/authority.ts';
import { inTime } from '../../../tests/support/in-time.ts';
import { AUDIENCE, Issuer, type SigningKey, signingKey, trustedCertificate } from '../../../tests/support/issuer.ts';
import { MemoryLog } from '../../testing/ports.ts';
import { OidcTokenVerifier } from './token-verifier.ts';

let certificate: Certificate;
let issuer: Issuer;
let verifier: OidcTokenVerifier;
let log: MemoryLog;
let passedMinutes: number;
const monotonic = performance.now.bind(performance);

beforeAll(async () => {
  const trusted = await trustedCertificate();
  certificate = trusted.certificate;
  return trusted.forget;
});
beforeEach(async () => {
  issuer = await Issuer.start(certificate);
  log = new MemoryLog();
  passedMinutes = 0;
  verifier = verifierOf(issuer.url);
  return () => issuer.stop();
});

afterEach(() => {
  vi.restoreAllMocks();
});

const verifierOf = (url: string) => new OidcTokenVerifier({ issuer: url, audience: AUDIENCE }, log);

/** Lets so many minutes pass, by the monotonic clock alone: tokens do not expire. */
function pass(minutes: number): void {
  passedMinutes += minutes;
  vi.spyOn(performance, 'now').mockImplementation(() => monotonic() + passedMinutes * 60_000);
}

/** Lets no time pass that a busy machine takes. */
function stopClocks(): void {
  const [now, today] = [monotonic(), Date.now()];
  vi.spyOn(performance, 'now').mockReturnValue(now);
  vi.spyOn(Date, 'now').mockReturnValue(today);
}

const madeUp = () => issuer.token({}, { key: signingKey('EdDSA') });
const UNKNOWN_KEY = 'The token names a key that its issuer does not have.';

/** Why the token is refused, or `accepted`. */
const outcome = (token: string) =>
  verifier.verify(token).then(
    () => 'accepted',
    (error) => (error.code === 'invalid_token' ? error.message : error.code),
  );

describe('the keys of the issuer', () => {
  it('are asked for once', async () => {
    for (let count = 0; count < 5; count++) expect(await outcome(await issuer.token())).toBe('accepted');
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it('are not asked for because of tokens that would be refused anyway', async () => {
    const unknown = signingKey();
    for (const claims of [{ exp: 1 }, { aud: 'x' }, { iss: 'https://example.com' }]) {
      await outcome(await issuer.token(claims, { key: unknown }));
    }
    expect(issuer.asked).toEqual([]);
  });

  it('may change at any time without a request being refused', async () => {
    expect(await outcome(await issuer.token())).toBe('accepted');
    for (let rotation = 0; rotation < 2; rotation++) {
      issuer.keys = [signingKey()];
      expect(await outcome(await issuer.token())).toBe('accepted');
    }
  });

  it('are asked for ten times at once at most, whatever keys tokens make up', async () => {
    stopClocks();
    expect(await outcome(await issuer.token())).toBe('accepted');
    for (let attack = 0; attack < 30; attack++) expect(await outcome(await madeUp())).toBe(UNKNOWN_KEY);
    expect(issuer.asked).toHaveLength(10);
    // Nobody waits for the issuer any more.
    issuer.fault = 'silence';
    expect(await outcome(await madeUp())).toBe(UNKNOWN_KEY);
    expect(await outcome(await issuer.token())).toBe('accepted');
    expect(issuer.asked).toHaveLength(10);
  });

  it('may change while somebody sends tokens of made-up keys: the new one is known within six seconds', async () => {
    stopClocks();
    for (let attack = 0; attack < 10; attack++) await outcome(await madeUp());
    issuer.keys = [signingKey()];
    const token = await issuer.token();
    expect(await outcome(token)).toBe(UNKNOWN_KEY);
    pass(0.1);
    expect(await outcome(token)).toBe('accepted');
  });

  it('are asked for once for all tokens that come together', async () => {
    expect(await outcome(await issuer.token())).toBe('accepted');
    const tokens = await Promise.all(Array.from({ length: 20 }, madeUp));
    expect(await Promise.all(tokens.map(outcome))).toEqual(tokens.map(() => UNKNOWN_KEY));
    expect(issuer.keysAsked).toBe(2);
  });

  it('that were withdrawn serve no longer than a quarter of an hour', async () => {
    const old = issuer.key;
    const token = await issuer.token({}, { key: old });
    expect(await outcome(token)).toBe('accepted');
    issuer.keys = [signingKey()];
    pass(14);
    expect(await outcome(token)).toBe('accepted');
    pass(2);
    expect(await outcome(token)).toBe(UNKNOWN_KEY);
  });

  it('are renewed even under the name of the former', async () => {
    expect(await outcome(await issuer.token())).toBe('accepted');
    issuer.keys = [signingKey('RS256', issuer.key.kid)];
    pass(16);
    expect(await outcome(await issuer.token())).toBe('accepted');
  });

  it('are renewed in time although the clock of the machine was set back', async () => {
    const old = issuer.key;
    expect(await outcome(await issuer.token())).toBe('accepted');
    issuer.keys = [signingKey()];
    const wall = Date.now;
    vi.spyOn(Date, 'now').mockImplementation(() => wall() - 3_600_000);
    const token = await issuer.token({}, { key: old });
    expect(await outcome(token)).toBe('accepted');
    pass(16);
    expect(await outcome(token)).toBe(UNKNOWN_KEY);
  });

  it('serve on while the issuer is away, which is asked again now and then', async () => {
    const token = await issuer.token();
    expect(await outcome(token)).toBe('accepted');
    issuer.fault = 'status';
    pass(20);
    for (let count = 0; count < 3; count++) expect(await outcome(token)).toBe('accepted');
    expect(issuer.keysAsked).toBe(2);
    expect(log.lines).toMatchObject([{ level: 'warn' }]);
    issuer.fault = undefined;
    pass(1);
    expect(await outcome(token)).toBe('accepted');
    expect(issuer.keysAsked).toBe(3);
  });

  it('of kinds that nobody knows yet do no harm', async () => {
    const known = issuer.key;
    issuer.keys = [
      { ...known, jwk: { kty: 'AKP', kid: 'new', alg: 'ML-DSA-44', pub: 'x' } as SigningKey['jwk'] },
      known,
    ];
    expect(await outcome(await issuer.token({}, { key: known }))).toBe('accepted');
  });
});

describe('an issuer that does not respond properly', () => {
  it.each(['status', 'hang-up', 'nonsense', 'redirect'] as const)(
    'with a %s is no reason to call a token bad, and is asked again',
    async (fault) => {
      issuer.fault = fault;
      const token = await issuer.token();
      expect(await outcome(token)).toBe('issuer_unavailable');
      issuer.fault = undefined;
      expect(await outcome(token)).toBe('accepted');
    },
  );

  it('is not asked more than ten times at once, and then not waited for', async () => {
    stopClocks();
    issuer.fault = 'status';
    const token = await issuer.token();
    for (let count = 0; count < 15; count++) expect(await outcome(token)).toBe('issuer_unavailable');
    const { length } = issuer.asked;
    issuer.fault = undefined;
    expect(await outcome(token)).toBe('issuer_unavailable');
    expect(issuer.asked).toHaveLength(length);
    // For its description and its keys.
    pass(0.2);
    expect(await outcome(token)).toBe('accepted');
  });

  it('is not waited for longer than a few seconds', async () => {
    issuer.fault = 'silence';
    expect(await inTime(5_500, outcome(await issuer.token()))).toBe('issuer_unavailable');
  });

  it('is told from a bad token while a new key is asked for, too', async () => {
    expect(await outcome(await issuer.token())).toBe('accepted');
    issuer.keys = [signingKey()];
    issuer.fault = 'status';
    const token = await issuer.token();
    expect(await outcome(token)).toBe('issuer_unavailable');
    issuer.fault = undefined;
    expect(await outcome(token)).toBe('accepted');
  });

  it.each([
    ['another issuer', { issuer: 'https://example.com' }, /is about the issuer "https:\/\/example.com"/],
    ['itself without encryption', { jwks_uri: 'http://localhost/keys' }, /HTTPS jwks_uri/],
    ['no keys', { jwks_uri: undefined }, /HTTPS jwks_uri/],
  ])('because it describes %s is not trusted', async (_, metadata, reason) => {
    issuer.metadata = metadata;
    await expect(verifier.verify(await issuer.token())).rejects.toMatchObject({
      code: 'issuer_unavailable',
      cause: { message: expect.stringMatching(reason) },
    });
  });

  it('is the same one with a slash at its end only where it writes itself so', async () => {
    issuer.metadata = { issuer: `${issuer.url}/` };
    verifier = verifierOf(`${issuer.url}/`);
    expect(await outcome(await issuer.token({ iss: `${issuer.url}/` }))).toBe('accepted');
    expect(issuer.asked[0]).toBe('/.well-known/openid-configuration');
  });
});

describe('an issuer with a certificate of nobody', () => {
  it('is not trusted', async () => {
    const stranger = await loadAuthority(mkdtempSync(join(tmpdir(), 'orderflow-stranger-')), 'stranger');
    const impostor = await Issuer.start(await stranger.issue('issuer'));
    try {
      verifier = verifierOf(impostor.url);
      expect(await outcome(await impostor.token())).toBe('issuer_unavailable');
      expect(impostor.asked).toEqual([]);
    } finally {
      await impostor.stop();
    }
  });
});
