import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type ApiResponse, call, newUser, orderOf } from '../support/api.ts';
import { queryShard, readTopic } from '../support/clients.ts';
import { newDataDir, type Run, removeFolder, startRun, verifyDeployment } from '../support/run.ts';

const SHARDS = [
  { id: 1, from: 'A', to: 'H' },
  { id: 2, from: 'I', to: 'Q' },
  { id: 3, from: 'R', to: 'Z' },
];
const DATABASES = SHARDS.map(({ id }) => `orders_shard${id}`);
const users = ['a', 'J', 'z'].map(newUser);

const dataDir = newDataDir(inject('seed'));
let run: Run;
let placed: ApiResponse[];

beforeAll(async () => {
  run = await startRun(dataDir, ['-c', `shards=${JSON.stringify(SHARDS)}`]);
  placed = [];
  for (const user of users) placed.push(await call(run.addresses.api, 'POST', '/api/orders', orderOf(user)));
});
afterAll(async () => {
  await run?.end('SIGINT');
  removeFolder(dataDir);
});

it('a third shard needs nothing but its line in the shard map: each order is in the database of its letter', async () => {
  expect(placed.map(({ status, body }) => [status, body.shard_info])).toEqual([
    [201, 'shard1 (A-H)'],
    [201, 'shard2 (I-Q)'],
    [201, 'shard3 (R-Z)'],
  ]);
  expect(Object.keys(run.addresses.databases).sort()).toEqual(DATABASES);
  const stored = await Promise.all(
    DATABASES.map((database) => queryShard(run.addresses, database, 'select id, user_id from orders')),
  );
  expect(stored).toEqual(placed.map(({ body }, index) => [{ id: body.order.id, user_id: users[index] }]));
});

it('the list merges all three, and each order is found by its id', async () => {
  const ids = placed.map(({ body }) => body.order.id);
  const { body } = await call(run.addresses.api, 'GET', '/api/orders');
  expect(body.orders.map((order: { id: string }) => order.id)).toEqual(ids.toReversed());
  for (const [index, id] of ids.entries()) {
    const found = await call(run.addresses.api, 'GET', `/api/orders/${id}`);
    expect(found.body).toMatchObject({ order: { id }, shard: `shard${index + 1}` });
  }
});

it('health names all three', async () => {
  const { body } = await call(run.addresses.api, 'GET', '/health');
  expect(body.checks).toEqual({ shard1: 'up', shard2: 'up', shard3: 'up', receipts: 'up', kafka: 'up' });
});

it('events carry its number, and its orders are confirmed', async () => {
  const events = await readTopic(run.addresses, 'orders', (all) =>
    users.every((user) => all.some(({ key }) => key === user)),
  );
  const numbers = users.map((user) => JSON.parse(events.find(({ key }) => key === user)?.value ?? '{}').shard);
  expect(numbers).toEqual([1, 2, 3]);
  const statuses = async () =>
    (await call(run.addresses.api, 'GET', '/api/orders')).body.orders.map((order: { status: string }) => order.status);
  await expect.poll(statuses).toEqual(Array(3).fill('confirmed'));
});

it('the contract holds', async () => {
  const { code, output } = await verifyDeployment('--url', run.addresses.api);
  expect(code, output).toBe(0);
});
