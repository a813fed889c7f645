import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type ApiResponse, call, newUser, orderOf } from '../support/api.ts';
import { queryShard, readTopic } from '../support/clients.ts';
import { newDataDir, type Run, removeFolder, startRun, verifyDeployment } from '../support/run.ts';

const SHARDS = [
  { id: 1, from: 'A', to: 'H' },
  { id: 2, from: 'I', to: 'Q' },
  { id: 5, from: 'R', to: 'Z' },
];
/** Users are to move from shard5 to a fourth one, and none does yet. */
const NEXT = [...SHARDS.slice(0, 2), { id: 5, from: 'R', to: 'SL' }, { id: 4, from: 'SM', to: 'Z' }];
const DATABASES = SHARDS.map(({ id }) => `orders_shard${id}`);
const ADDED = 'orders_shard4';
const users = ['a', 'J', 'z'].map(newUser);

const dataDir = newDataDir(inject('seed'));
let run: Run;
let placed: ApiResponse[];

beforeAll(async () => {
  const context = { shards: SHARDS, nextShards: NEXT };
  const options = Object.entries(context).flatMap(([key, map]) => ['-c', `${key}=${JSON.stringify(map)}`]);
  run = await startRun(dataDir, options);
  placed = [];
  for (const user of users) placed.push(await call(run.addresses.api, 'POST', '/api/orders', orderOf(user)));
});
afterAll(async () => {
  await run?.end('SIGINT');
  removeFolder(dataDir);
});

it('further shards need nothing but their lines in the maps: each order is in the database of its letter', async () => {
  expect(placed.map(({ status, body }) => [status, body.shard_info])).toEqual([
    [201, 'shard1 (A-H)'],
    [201, 'shard2 (I-Q)'],
    [201, 'shard5 (R-Z)'],
  ]);
  expect(Object.keys(run.addresses.databases).sort()).toEqual([...DATABASES, ADDED].sort());
  expect(await queryShard(run.addresses, ADDED, 'select id from orders')).toEqual([]);
  const stored = await Promise.all(
    DATABASES.map((database) => queryShard(run.addresses, database, 'select id, user_id from orders')),
  );
  expect(stored).toEqual(placed.map(({ body }, index) => [{ id: body.order.id, user_id: users[index] }]));
});

it('the list merges all, and each order is found by its id', async () => {
  const ids = placed.map(({ body }) => body.order.id);
  const { body } = await call(run.addresses.api, 'GET', '/api/orders');
  expect(body.orders.map((order: { id: string }) => order.id)).toEqual(ids.toReversed());
  for (const [index, id] of ids.entries()) {
    const found = await call(run.addresses.api, 'GET', `/api/orders/${id}`);
    expect(found.body).toMatchObject({ order: { id }, shard: `shard${SHARDS[index]?.id}` });
  }
});

it('health names all, the one of the next map too', async () => {
  const { body } = await call(run.addresses.api, 'GET', '/health');
  expect(body.checks).toEqual({ shard1: 'up', shard2: 'up', shard5: 'up', shard4: 'up', receipts: 'up', kafka: 'up' });
});

it('events carry its number, and its orders are confirmed', async () => {
  const events = await readTopic(run.addresses, 'orders', (all) =>
    users.every((user) => all.some(({ key }) => key === user)),
  );
  const numbers = users.map((user) => JSON.parse(events.find(({ key }) => key === user)?.value ?? '{}').shard);
  expect(numbers).toEqual([1, 2, 5]);
  const statuses = async () =>
    (await call(run.addresses.api, 'GET', '/api/orders')).body.orders.map((order: { status: string }) => order.status);
  await expect.poll(statuses).toEqual(Array(3).fill('confirmed'));
});

it('the contract holds', async () => {
  const { code, output } = await verifyDeployment('--url', run.addresses.api);
  expect(code, output).toBe(0);
});
