import { randomUUID } from 'node:crypto';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { findEnvironments, holdParts } from '../../scripts/chaos/processes.ts';
import { runDirOf } from '../../tooling/paths.ts';
import { readPidFiles } from '../../tooling/pid-files.ts';
import { type ApiResponse, call, newUser, orderOf } from '../support/api.ts';
import { listKeys, queryShard, readTopic, relayEverything } from '../support/clients.ts';
import { newDataDir, type Run, removeFolder, startRun } from '../support/run.ts';

const SHARDS = ['orders_shard1', 'orders_shard2'];
const dataDir = newDataDir(inject('seed'));
let run: Run;
/** Lets go on what a test that failed left held. */
let resume = () => {};

beforeAll(async () => {
  run = await startRun(dataDir);
  // The first requests start functions, which takes its own time.
  await Promise.all(['a', 'z'].map((letter) => place(newUser(letter))));
});
afterAll(async () => {
  resume();
  await run?.end('SIGINT');
  removeFolder(dataDir);
});

function place(user: string, key?: string): Promise<ApiResponse> {
  return call(run.addresses.api, 'POST', '/api/orders', orderOf(user), key ? { 'idempotency-key': key } : {});
}

async function timed(request: Promise<ApiResponse>) {
  const begun = performance.now();
  const response = await request;
  return { ...response, seconds: (performance.now() - begun) / 1000 };
}

async function onAllShards(sql: string): Promise<Record<string, unknown>[]> {
  return (await Promise.all(SHARDS.map((shard) => queryShard(run.addresses, shard, sql)))).flat();
}

async function waitUntilDrained(): Promise<void> {
  const outboxAfterRelay = async () => {
    await relayEverything(run.addresses);
    return onAllShards('SELECT order_id FROM outbox');
  };
  await expect.poll(outboxAfterRelay, { timeout: 120_000 }).toEqual([]);
  await expect.poll(() => onAllShards(`SELECT id FROM orders WHERE status <> 'confirmed'`)).toEqual([]);
}

function killFunctions(): void {
  for (const pid of findEnvironments(run.pid)) process.kill(pid, 'SIGKILL');
}

/** Breakers of an earlier outage stay open for some seconds, but not in new environments. */
async function waitUntilDelivering(): Promise<void> {
  killFunctions();
  const delivery = { receipt: 'stored', event: 'published' };
  await expect.poll(async () => (await place(newUser('a'))).body.delivery).toEqual(delivery);
}

describe.each([
  { down: ['kafka'], delivery: { receipt: 'stored', event: 'pending' } },
  { down: ['s3'], delivery: { receipt: 'pending', event: 'published' } },
  { down: ['kafka', 's3'], delivery: { receipt: 'pending', event: 'pending' } },
])('while $down hang', ({ down, delivery }) => {
  const users = [newUser('a'), newUser('z')];
  const ids = new Map<string, string[]>(users.map((user) => [user, []]));

  it('creates get a response in bounded time, and after some failures fast', async () => {
    await waitUntilDelivering();
    resume = holdParts(dataDir, down);
    for (const _ of [1, 2, 3, 4]) {
      for (const user of users) {
        const response = await timed(place(user));
        expect(response).toMatchObject({ status: 201, body: { delivery } });
        expect(response.seconds).toBeLessThan(4);
        ids.get(user)?.push(response.body.order.id);
      }
    }
    const response = await timed(place(users[0] ?? ''));
    ids.get(users[0] ?? '')?.push(response.body.order.id);
    expect(response.seconds).toBeLessThan(1);
  });

  it('nothing is lost: afterwards every receipt and event arrives, per user the oldest first', async () => {
    resume();
    await waitUntilDrained();
    const expected = users.flatMap((user) => ids.get(user) ?? []);
    const records = await readTopic(run.addresses, 'orders', (all) => {
      const seen = new Set(all.map(({ headers }) => headers.ce_id));
      return expected.every((id) => seen.has(id));
    });
    for (const user of users) {
      const events = records.filter(({ key }) => key === user).map(({ headers }) => headers.ce_id);
      expect([...new Set(events)]).toEqual(ids.get(user));
      // Two relays ran at once, and a request may have been carried out although its response did not come.
      for (const id of new Set(events)) expect(events.filter((other) => other === id).length).toBeLessThanOrEqual(3);
      expect((await listKeys(run.addresses, 'order-receipts', `receipts/${user}/`)).sort()).toEqual(
        ids.get(user)?.map((id) => `receipts/${user}/${id}.txt`),
      );
    }
  });
});

it('a retry finishes what a request left that died half-way', async () => {
  const user = newUser('m');
  const key = randomUUID();
  await waitUntilDelivering();
  resume = holdParts(dataDir, ['s3']);
  const first = place(user, key);
  const find = `SELECT id FROM orders WHERE user_id = '${user}'`;
  await expect.poll(() => onAllShards(find)).toHaveLength(1);
  killFunctions();
  expect((await first).status).toBe(502);
  resume();

  // At first, a retry leaves the delivery to the request before it, which may still be running.
  const retry = () => place(user, key);
  const delivery = { receipt: 'stored', event: 'published' };
  await expect.poll(async () => (await retry()).body.delivery).toEqual(delivery);
  const second = await retry();
  expect(second).toMatchObject({ status: 201, body: { delivery } });
  expect(second.headers.get('idempotent-replayed')).toBe('true');
  const [row] = await onAllShards(find);
  expect(second.body.order.id).toBe(row?.id);
  expect(await onAllShards(`SELECT * FROM outbox WHERE user_id = '${user}'`)).toEqual([]);
  expect(await listKeys(run.addresses, 'order-receipts', `receipts/${user}/`)).toHaveLength(1);
});

it.each([
  ['orders_shard1', 'shard1'],
  ['kafka', 'kafka'],
])('the person sees that %s was killed and is back, and /health sees it meanwhile', async (engine, part) => {
  const health = async () => (await call(run.addresses.api, 'GET', '/health')).body.checks[part];
  await expect.poll(health).toBe('up');
  const [running] = readPidFiles(runDirOf(dataDir)).filter(({ name }) => name === engine);
  process.kill(running?.pid as number, 'SIGKILL');
  await expect.poll(health).toBe('down');
  await expect.poll(health).toBe('up');
  const lines = run
    .output()
    .split('\n')
    .filter((line) => stripVTControlCharacters(line).startsWith(`${engine} `));
  expect(lines.slice(-2).map((line) => stripVTControlCharacters(line).slice(engine.length).trim())).toEqual([
    'ended (signal SIGKILL); it is starting again',
    expect.stringMatching(/^is back after \d+\.\d s$/),
  ]);
});

describe('while one shard hangs', () => {
  const get = (path: string) => timed(call(run.addresses.api, 'GET', path));

  it('its users get 503 with Retry-After soon; other users notice nothing', async () => {
    resume = holdParts(dataDir, ['orders_shard2']);
    const [theirs, ours] = await Promise.all([timed(place(newUser('z'))), timed(place(newUser('a')))]);
    for (const refused of [theirs, await get('/api/orders?user_id=zoe')]) {
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused.body.error).toContain('shard2');
      expect(refused.seconds).toBeLessThan(4);
    }
    expect(ours).toMatchObject({ status: 201, body: { delivery: { receipt: 'stored', event: 'published' } } });
    expect(ours.seconds).toBeLessThan(4);
  });

  it('listing all orders says that it is partial', async () => {
    const listed = await get('/api/orders');
    expect(listed).toMatchObject({ status: 200, body: { partial: true, unavailable_shards: ['shard2'] } });
    expect(listed.body.orders.length).toBeGreaterThan(0);
    expect(listed.seconds).toBeLessThan(4);
  });

  it('orders of the other shard are confirmed', async () => {
    const user = newUser('a');
    await place(user);
    await expect
      .poll(() => queryShard(run.addresses, 'orders_shard1', 'select status from orders where user_id = $1', [user]))
      .toEqual([{ status: 'confirmed' }]);
  });

  it('everything is as before when it responds again', async () => {
    resume();
    const user = newUser('z');
    await expect.poll(async () => (await place(user)).status).toBe(201);
    expect((await get('/api/orders')).body.partial).toBeUndefined();
    await waitUntilDrained();
  });
});
