import { createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { loadAuthority } from '../../local/tls/authority.ts';
import { findEnvironments } from '../../scripts/chaos/processes.ts';
import { type ApiResponse, call, newUser, orderOf } from '../support/api.ts';
import { AUDIENCE, Issuer, signingKey } from '../support/issuer.ts';
import { newDataDir, type Run, removeFolder, startRun, verifyDeployment } from '../support/run.ts';

const UNKNOWN_ID = '018f0000-0000-7000-8000-000000000000';
const SENTENCE = /\w+ .*\w/;

const dataDir = newDataDir(inject('seed'));
const alice = newUser('a');
const zoe = newUser('z');
let issuer: Issuer;
let run: Run;

beforeAll(async () => {
  // The functions of the run trust this authority, as they trust public ones in the cloud.
  const authority = await loadAuthority(join(dataDir, 'tls'), 'public');
  issuer = await Issuer.start(await authority.issue('issuer'));
  issuer.rotate();
  const context = {
    stage: 'prod',
    issuer: issuer.url,
    audience: AUDIENCE,
    userClaim: 'shop_user',
    operatorClaim: 'roles=order-desk',
    alarmEmail: 'ops@example.com',
  };
  run = await startRun(
    dataDir,
    Object.entries(context).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  );
});
afterAll(async () => {
  await run?.end('SIGINT');
  await issuer?.stop();
  removeFolder(dataDir);
});

/** A new token of the issuer for this audience, unless the claims say something else. */
const tokenOf = (shop_user: unknown, claims: JWTPayload = {}) =>
  issuer.token({ sub: 'auth0|17', shop_user, ...claims });
const operatorToken = (user: unknown) => tokenOf(user, { roles: ['staff', 'order-desk'] });
const bearing = (token: string | undefined) => (token === undefined ? {} : { authorization: `Bearer ${token}` });

function list(token: string | undefined, query = ''): Promise<ApiResponse> {
  return call(run.addresses.api, 'GET', `/api/orders${query}`, undefined, bearing(token));
}

function place(token: string | undefined, user: string): Promise<ApiResponse> {
  return call(run.addresses.api, 'POST', '/api/orders', orderOf(user), bearing(token));
}

function show(token: string | undefined, id: string): Promise<ApiResponse> {
  return call(run.addresses.api, 'GET', `/api/orders/${id}`, undefined, bearing(token));
}

function receipt(token: string | undefined, id: string): Promise<ApiResponse> {
  return call(run.addresses.api, 'GET', `/api/orders/${id}/receipt`, undefined, bearing(token));
}

async function orderIdOf(user: string): Promise<string> {
  const { status, body } = await place(await tokenOf(user), user);
  expect(status).toBe(201);
  return body.order.id;
}

const idsIn = ({ body }: ApiResponse): string[] => body.orders.map((order: { id: string }) => order.id);

function expectRefusal(response: ApiResponse, status: number): void {
  expect(response).toMatchObject({ status, body: { error: expect.stringMatching(SENTENCE) } });
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
}

describe('without a good token', () => {
  const signedWithPublicKey = () => {
    const publicKey = createPublicKey({ key: issuer.key.jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    return new SignJWT({ iss: issuer.url, aud: AUDIENCE, shop_user: alice })
      .setProtectedHeader({ alg: 'HS256', kid: issuer.key.kid })
      .setExpirationTime('5 min')
      .sign(Buffer.from(publicKey));
  };
  const unsigned = () =>
    new UnsecuredJWT({ iss: issuer.url, aud: AUDIENCE, shop_user: alice }).setExpirationTime('5 min').encode();
  const signedBySomebodyElse = async () =>
    issuer.token({ shop_user: alice }, { key: signingKey('RS256', issuer.key.kid) });

  it.each<[string, () => Promise<string | undefined> | string | undefined]>([
    ['no token', () => undefined],
    ['a malformed token', () => 'not.a.token'],
    ['an expired token', () => tokenOf(alice, { exp: Math.floor(Date.now() / 1_000) - 60 })],
    ['a token that is not valid yet', () => tokenOf(alice, { nbf: Math.floor(Date.now() / 1_000) + 60 })],
    ['a token of another issuer', () => tokenOf(alice, { iss: 'https://issuer.example' })],
    ['a token for another audience', () => tokenOf(alice, { aud: 'another-api' })],
    ['a token with a wrong signature', signedBySomebodyElse],
    ['a token without a signature (alg none)', unsigned],
    ['a token signed with the public key as a secret (HS256)', signedWithPublicKey],
  ])('%s is refused on every route for orders', async (_what, makeToken) => {
    const token = await makeToken();
    const responses = [
      await list(token),
      await list(token, `?user_id=${alice}`),
      await place(token, alice),
      await show(token, UNKNOWN_ID),
      await receipt(token, UNKNOWN_ID),
    ];
    for (const response of responses) {
      expectRefusal(response, 401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });

  it('health and the description of the API are open', async () => {
    const health = await call(run.addresses.api, 'GET', '/health');
    expect(health).toMatchObject({ status: 200, body: { status: 'healthy' } });
    const description = await call(run.addresses.api, 'GET', '/api/openapi.json');
    expect(description).toMatchObject({ status: 200, body: { openapi: expect.stringMatching(/^3\.1/) } });
  });

  it('a browser may ask whether it may send one', async () => {
    const headers = { origin: 'https://shop.example', 'access-control-request-method': 'GET' };
    const response = await fetch(`${run.addresses.api}/api/orders`, { method: 'OPTIONS', headers });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-headers')).toContain('Authorization');
  });
});

describe('with a token of their own', () => {
  it('a user places, lists and reads own orders and their receipts', async () => {
    const id = await orderIdOf(alice);
    await orderIdOf(zoe);
    const token = await tokenOf(alice);
    for (const query of ['', `?user_id=${alice}`]) {
      const response = await list(token, query);
      expect(response.status).toBe(200);
      expect(idsIn(response)).toEqual([id]);
    }
    expect(await show(token, id)).toMatchObject({ status: 200, body: { order: { id, user_id: alice } } });
    await expect.poll(async () => (await receipt(token, id)).status).toBe(302);
    const found = await receipt(token, id);
    const text = await (await fetch(found.headers.get('location') ?? '')).text();
    expect(text).toContain(id);
  });

  it.each(['a', 'z'])(
    'a user neither sees nor makes orders of another one, whose name begins with %s',
    async (letter) => {
      const other = newUser(letter);
      const id = await orderIdOf(other);
      const token = await tokenOf(alice);

      expectRefusal(await list(token, `?user_id=${other}`), 403);
      expectRefusal(await place(token, other), 403);
      expect(idsIn(await list(token))).not.toContain(id);
      for (const read of [show, receipt]) {
        const [hidden, missing] = [await read(token, id), await read(token, UNKNOWN_ID)];
        expectRefusal(hidden, 404);
        expect(hidden.body).toEqual(missing.body);
      }
      expect(idsIn(await list(await tokenOf(other)))).toEqual([id]);
    },
  );

  it('an operator lists and reads the orders of all, and places own ones alone', async () => {
    const [ofAlice, ofZoe] = [await orderIdOf(alice), await orderIdOf(zoe)];
    const token = await operatorToken(newUser('o'));
    expect(idsIn(await list(token))).toEqual(expect.arrayContaining([ofAlice, ofZoe]));
    expect(idsIn(await list(token, `?user_id=${zoe}`))).toContain(ofZoe);
    expect(await show(token, ofZoe)).toMatchObject({ status: 200, body: { order: { id: ofZoe } } });
    expect((await receipt(token, ofZoe)).status).toBe(302);
    expectRefusal(await place(token, alice), 403);
  });

  it.each<[string, unknown]>([
    ['is no user id', '17 alice'],
    ['is missing', undefined],
    ['is no text', ['alice']],
  ])('a claim that %s is refused by its name', async (_what, claim) => {
    const token = await tokenOf(claim);
    const responses = [
      await list(token),
      await place(token, alice),
      await show(token, UNKNOWN_ID),
      await receipt(token, UNKNOWN_ID),
    ];
    for (const response of responses) {
      expectRefusal(response, 403);
      expect(response.body.error).toContain('shop_user');
    }
  });

  it('a token that expires is refused although the gateway still remembers it as good', async () => {
    // Past its time already, but within what clocks may differ.
    const token = await tokenOf(alice, { exp: Math.floor(Date.now() / 1_000) - 1 });
    expect((await list(token)).status).toBe(200);
    await expect.poll(async () => (await list(token)).status).toBe(401);
    const refused = await list(token);
    expectRefusal(refused, 401);
    // API Gateway renames this header in the responses of functions.
    expect(refused.headers.get('x-amzn-remapped-www-authenticate')).toMatch(/^Bearer/);
  });
});

describe('the issuer', () => {
  it('may sign with any of the keys that it publishes', async () => {
    expect(issuer.keys.length).toBeGreaterThan(1);
    for (const key of issuer.keys) {
      const token = await issuer.token({ shop_user: alice }, { key });
      expect((await list(token)).status).toBe(200);
    }
  });

  it('rotates its keys under load, and no request fails', async () => {
    const statuses: number[] = [];
    let rotating = true;
    const responses = [0, 0, 0];
    const client = async (request: () => Promise<ApiResponse>, index: number) => {
      for (; rotating; responses[index] = (responses[index] ?? 0) + 1) statuses.push((await request()).status);
    };
    /** Until no request is under way that began before now. */
    const allRequestsAreNew = async () => {
      const before = [...responses];
      const isNew = (count: number, index: number) => count >= (before[index] ?? 0) + 2;
      await expect.poll(() => responses.every(isNew), { timeout: 60_000 }).toBe(true);
    };
    const asked = issuer.asked.length;
    const load = Promise.all([
      client(async () => list(await tokenOf(alice)), 0),
      client(async () => list(await tokenOf(zoe)), 1),
      client(async () => place(await tokenOf(zoe), zoe), 2),
    ]);
    try {
      for (let rotation = 0; rotation < 4; rotation += 1) {
        // Two keys are published: that of a token must be one of them for as long as its request takes.
        await allRequestsAreNew();
        issuer.rotate();
      }
      await allRequestsAreNew();
    } finally {
      rotating = false;
      await load;
    }
    expect(statuses.filter((status) => status >= 300)).toEqual([]);
    expect(issuer.asked.length).toBeGreaterThan(asked);
  });

  it('may be down while its keys are known; an authorizer that does not know them returns 503', async () => {
    killFunctions();
    await expect.poll(async () => (await list(await tokenOf(alice))).status).toBe(200);
    issuer.fault = 'hang-up';
    try {
      for (let request = 0; request < 5; request += 1) expect((await list(await tokenOf(zoe))).status).toBe(200);

      killFunctions();
      await expect.poll(async () => (await list(await tokenOf(alice))).status).toBe(503);
      const refused = await list(await tokenOf(alice));
      expectRefusal(refused, 503);
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
      expect((await call(run.addresses.api, 'GET', '/health')).status).toBe(200);
    } finally {
      issuer.fault = undefined;
    }
    await expect.poll(async () => (await list(await tokenOf(alice))).status).toBe(200);
  });
});

it.each<[string, string[], typeof tokenOf]>([
  ['a user', [], tokenOf],
  ['an operator', ['--operator'], operatorToken],
])('npm run verify passes with the token of %s', async (_who, flags, makeToken) => {
  const token = await makeToken(newUser('v'));
  const { code, output } = await verifyDeployment('--url', run.addresses.api, '--token', token, ...flags);
  expect(code, output).toBe(0);
  expect(output.match(/ ok .* is a 401 on every route that takes a token$/gm)).toHaveLength(4);
});

it('npm run verify says that an operator’s token needs --operator', async () => {
  const { code, output } = await verifyDeployment('--url', run.addresses.api, '--token', await operatorToken(alice));
  expect({ code, output }).toMatchObject({ code: 2, output: expect.stringContaining('add --operator') });
});

function killFunctions(): void {
  for (const pid of findEnvironments(run.pid)) process.kill(pid, 'SIGKILL');
}
