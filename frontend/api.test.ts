import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, ApiError, createApi } from './api.ts';
import { SignInError } from './oidc-client.ts';
import { SIGNED_OUT } from './session.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Seen {
  readonly request: IncomingMessage;
  readonly body: string;
}

/** An API that gives one response to everything, and what was asked of it. */
async function apiResponding(
  status: number,
  body: unknown,
  session?: Parameters<typeof createApi>[1],
  statusOf = (_request: IncomingMessage) => status,
): Promise<{ api: Api; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    seen.push({ request, body: await text(request) });
    response.writeHead(statusOf(request)).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  closers.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { api: createApi(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, session), seen };
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );
const patience = () => new AbortController().signal;

describe('the API', () => {
  it('is sent an order as JSON', async () => {
    const { api, seen } = await apiResponding(201, { shard: 'shard1' });
    expect(await api.placeOrder({ user_id: 'alice' }, 'key-1')).toEqual({ shard: 'shard1' });
    expect(seen[0]?.body).toBe('{"user_id":"alice"}');
    expect(seen[0]?.request.headers).toMatchObject({ 'content-type': 'application/json', 'idempotency-key': 'key-1' });
  });

  it('is asked for a page with what is set, escaped', async () => {
    const { api, seen } = await apiResponding(200, { orders: [] });
    await api.listOrders({ limit: 25, q: '' }, patience());
    await api.listOrders({ limit: 50, q: 'a&b', cursor: 'x=' }, patience());
    expect(seen.map(({ request }) => request.url)).toEqual([
      '/api/orders?limit=25',
      '/api/orders?limit=50&q=a%26b&cursor=x%3D',
    ]);
  });

  it('hands on the sentence and the details of a refusal', async () => {
    const details = [{ path: 'quantity', message: 'must be at least 1' }];
    const { api } = await apiResponding(400, { error: 'The order is not valid.', details });
    expect(await failure(api.placeOrder({}, 'key'))).toMatchObject({
      message: 'The order is not valid.',
      status: 400,
      problems: details,
    });
  });

  it.each([
    [502, '<html>Bad gateway</html>'],
    [200, '<html>Some portal</html>'],
  ])('is not believed when it responds with %i with something else than JSON', async (status, body) => {
    const { api } = await apiResponding(status, body);
    const error = await failure(api.listOrders({ limit: 1 }, patience()));
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).message).toContain(String(status));
  });

  it('tells when an overview has not changed', async () => {
    const { api, seen } = await apiResponding(200, { version: 'v1', unchanged: true });
    expect(await api.overview({ q: '', limit: 50, version: 'v1' }, patience())).toBeUndefined();
    expect(seen[0]?.request.url).toBe('/api/overview?limit=50&version=v1');
  });

  it('is reported when it cannot be reached', async () => {
    const error = await failure(createApi('http://127.0.0.1:1').order('1', patience()));
    expect(error).toMatchObject({ name: 'ApiError', status: 0, message: 'The API does not respond.' });
  });

  it('does not turn a request that was given up into a failure of its own', async () => {
    const { api } = await apiResponding(200, { orders: [] });
    const error = await failure(api.listOrders({ limit: 1 }, AbortSignal.abort()));
    expect(error).toMatchObject({ name: 'AbortError' });
  });
});

describe('with a session', () => {
  let refused: string[];
  let replacement: string | undefined | SignInError;
  const session = {
    token: async () => 'a.b.c',
    replace: async (token: string) => {
      refused.push(token);
      if (replacement instanceof SignInError) throw replacement;
      return replacement;
    },
    refuse: (token: string) => void refused.push(token),
  };
  beforeEach(() => {
    [refused, replacement] = [[], undefined];
  });
  const authorizations = (seen: Seen[]) => seen.map(({ request }) => request.headers.authorization);

  it('is sent the token with every request', async () => {
    const { api, seen } = await apiResponding(200, { orders: [] }, session);
    await api.placeOrder({}, 'key');
    await api.listOrders({ limit: 1 }, patience());
    await api.order('1', patience());
    await api.overview({ limit: 1 }, patience());
    await api.receipt('1', patience());
    expect(authorizations(seen)).toEqual(Array(5).fill('Bearer a.b.c'));
    expect(seen[0]?.request.headers).toMatchObject({ 'content-type': 'application/json' });
  });

  it('is not asked while the reader is signed out', async () => {
    const signedOut = { ...session, token: async () => undefined };
    const { api, seen } = await apiResponding(401, { error: 'Send a token.' }, signedOut);
    expect(await failure(api.placeOrder({}, 'key'))).toMatchObject({ status: 401, message: SIGNED_OUT });
    expect(seen).toEqual([]);
    expect(refused).toEqual([]);
  });

  it('is asked once more, with another token, when it refuses one', async () => {
    replacement = 'd.e.f';
    const { api, seen } = await apiResponding(200, { orders: [] }, session, ({ headers }) =>
      headers.authorization === 'Bearer a.b.c' ? 401 : 200,
    );
    await api.placeOrder({ user_id: 'alice' }, 'key-1');
    expect(authorizations(seen)).toEqual(['Bearer a.b.c', 'Bearer d.e.f']);
    expect(seen.map(({ body }) => body)).toEqual(Array(2).fill('{"user_id":"alice"}'));
    expect(seen[1]?.request.headers).toMatchObject({ 'idempotency-key': 'key-1' });
    expect(refused).toEqual(['a.b.c']);
  });

  it('is not asked a third time: the session ends', async () => {
    replacement = 'd.e.f';
    const { api, seen } = await apiResponding(401, { error: 'Send it as "Authorization: Bearer <token>".' }, session);
    const error = await failure(api.listOrders({ limit: 1 }, patience()));
    expect(seen).toHaveLength(2);
    expect(refused).toEqual(['a.b.c', 'd.e.f']);
    expect(error).toMatchObject({ status: 401, message: SIGNED_OUT });
  });

  it('tells the reader of a token that is not good to sign in, and nothing of headers', async () => {
    const { api, seen } = await apiResponding(401, { error: 'Send it as "Authorization: Bearer <token>".' }, session);
    expect(await failure(api.placeOrder({}, 'key'))).toMatchObject({ status: 401, message: SIGNED_OUT });
    expect(seen).toHaveLength(1);
    expect(refused).toEqual(['a.b.c']);
  });

  it('fails like a request without response when the issuer does not respond', async () => {
    replacement = new SignInError('The identity provider does not respond. Try again.', { isRefusal: false });
    const { api } = await apiResponding(401, { error: 'Send a token.' }, session);
    expect(await failure(api.listOrders({ limit: 1 }, patience()))).toMatchObject({
      name: 'ApiError',
      status: 0,
      message: 'The identity provider does not respond. Try again.',
    });
  });

  it('leaves it alone when the token is good and the request is not allowed', async () => {
    const { api } = await apiResponding(403, { error: 'These are not your orders.' }, session);
    expect(await failure(api.placeOrder({}, 'key'))).toMatchObject({ message: 'These are not your orders.' });
    expect(refused).toEqual([]);
  });
});
