import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Secrets, SignInError } from './oidc-client.ts';
import { beginSignIn, returnedSignIn } from './sign-in.ts';

const GRANT = { token: 'a.b.c' };
let kept: Map<string, string>;
const storage = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
};
const client = {
  authorizationUrl: vi.fn<(secrets: Secrets) => Promise<string>>(),
  redeem: vi.fn<(response: URLSearchParams, secrets: Secrets) => Promise<typeof GRANT>>(),
};

beforeEach(() => {
  kept = new Map();
  client.authorizationUrl.mockReset().mockResolvedValue('https://login.example.com/authorize');
  client.redeem.mockReset().mockResolvedValue(GRANT);
  vi.stubGlobal('isSecureContext', true);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it('is completed once, with its own secrets, and leads back to where it began', async () => {
  expect(await beginSignIn(storage, client, '?q=alice&order=1')).toBe('https://login.example.com/authorize');
  const returned = returnedSignIn(storage, '?code=c&state=s');
  expect(returned?.search).toBe('?q=alice&order=1');
  expect(await returned?.complete(client)).toBe(GRANT);
  const [response, secrets] = client.redeem.mock.calls[0] ?? [];
  expect(response?.get('code')).toBe('c');
  expect(secrets).toMatchObject(client.authorizationUrl.mock.calls[0]?.[0] as Secrets);

  await expect(returnedSignIn(storage, '?code=c&state=s')?.complete(client)).rejects.toThrow(SignInError);
  expect(client.redeem).toHaveBeenCalledOnce();
});

it('makes new secrets each time', async () => {
  for (let begun = 0; begun < 2; begun += 1) await beginSignIn(storage, client, '');
  const [[one], [other]] = client.authorizationUrl.mock.calls as [[Secrets], [Secrets]];
  for (const key of ['state', 'nonce', 'codeVerifier'] as const) {
    expect(one[key].length).toBeGreaterThan(40);
    expect(one[key]).not.toBe(other[key]);
  }
});

it('is not completed where it was not begun: somebody may have made a link of a sign-in of theirs', async () => {
  const returned = returnedSignIn(storage, '?code=c&state=s');
  await expect(returned?.complete(client)).rejects.toThrow('was not begun in this tab');
  expect(client.redeem).not.toHaveBeenCalled();
});

it.each(['', '?q=alice', '?code=1', '?state=1', '?error=x'])('is not on its way back with %j', (query) => {
  expect(returnedSignIn(storage, query)).toBeUndefined();
});

it('is on its way back with a refusal, too', () => {
  expect(returnedSignIn(storage, '?error=access_denied&state=s')).toBeDefined();
});

it('needs HTTPS', async () => {
  vi.stubGlobal('isSecureContext', false);
  await expect(beginSignIn(storage, client, '')).rejects.toThrow('needs HTTPS');
});
