import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { call, newUser, orderOf } from '../support/api.ts';
import { listKeys, queryShard, readObject } from '../support/clients.ts';
import { runToEnd } from '../support/run.ts';

const addresses = inject('addresses');
const TIMEOUT_MS = 400_000;
const root = mkdtempSync(join(tmpdir(), 'orderflow-test-'));
afterAll(() => rmSync(root, { recursive: true }));

function user(...args: string[]) {
  return runToEnd([...args, '--data-dir', inject('dataDir')], process.env, 'scripts/user/main.ts');
}

const get = (path: string) => call(addresses.api, 'GET', path);

/** Places an order, and waits until all is done with it. */
async function place(userId: string, key: string = randomUUID()) {
  const headers = { 'idempotency-key': key };
  const { body } = await call(addresses.api, 'POST', '/api/orders', orderOf(userId), headers);
  const find = async () => (await get(`/api/orders/${body.order.id}`)).body.order;
  await expect.poll(find, { timeout: 120_000 }).toMatchObject({ status: 'confirmed' });
  return find();
}

/** The user's name in both cases is two users. */
const name = newUser('m').slice(1);
const alice = `m.${name}`;
const other = `M.${name}`;

describe('a user who asks for their data, and to be forgotten', { timeout: TIMEOUT_MS }, () => {
  it('gets orders as the API shows them and receipts as they are; then nothing is left, also of what is counted', async () => {
    const orders = [await place(alice, 'first'), await place(alice)].reverse();
    const others = await place(other);
    const folder = join(root, alice);
    const exported = await user('export', alice, '--to', folder);
    expect([exported.code, exported.output]).toEqual([
      0,
      expect.stringContaining('has 2 orders (orders.jsonl) and 2 receipts'),
    ]);
    const lines = readFileSync(join(folder, 'orders.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(orders);
    expect(readdirSync(join(folder, 'receipts')).sort()).toEqual(orders.map(({ id }) => `${id}.txt`).sort());
    const [{ id, receipt_s3_key: key }] = orders;
    const { text } = await readObject(addresses, 'order-receipts', key);
    expect(readFileSync(join(folder, 'receipts', `${id}.txt`), 'utf8')).toBe(text);

    const before = (await get('/api/stats')).body;
    const erased = await user('erase', alice, '--yes');
    expect(erased.code, erased.output).toBe(0);
    expect(erased.output).toContain(`${alice} is erased: 2 orders, and 2 receipts with 2 versions.`);
    expect(erased.output).toMatch(/^ {2}until \d{4}-\d\d-\d\d {2}events on the Kafka topics/m);

    for (const each of orders) {
      expect((await get(`/api/orders/${each.id}`)).status).toBe(404);
      expect((await get(`/api/orders/${each.id}/receipt`)).status).toBe(404);
    }
    expect((await get(`/api/orders?user_id=${alice}`)).body).toMatchObject({ orders: [], count: 0 });
    expect((await get(`/api/stats?user_id=${alice}`)).body).toMatchObject({ orders: 0, revenue: '0.00' });
    expect(await listKeys(addresses, 'order-receipts', `receipts/${alice}/`)).toEqual([]);
    for (const table of ['orders', 'outbox', 'order_statistics', 'order_statistics_delta']) {
      const find = `select 1 from ${table} where user_id = $1`;
      expect(await queryShard(addresses, 'orders_shard1', find, [alice]), table).toEqual([]);
    }
    const after = (await get('/api/stats')).body;
    expect(after.orders).toBe(before.orders - 2);
    expect(Number(after.revenue)).toBeCloseTo(Number(before.revenue) - 2 * 299.98);

    expect((await get(`/api/orders/${others.id}`)).body.order).toEqual(others);
    expect(await listKeys(addresses, 'order-receipts', `receipts/${other}/`)).toEqual([others.receipt_s3_key]);
    // The key that placed an order before places a new one.
    expect((await place(alice, 'first')).id).not.toBe(orders[1].id);
  });

  it('is told when there is nothing, or when nobody can be asked whether that is meant', async () => {
    const nobody = await user('export', 'Nobody', '--to', join(root, 'nobody'));
    expect([nobody.code, nobody.output]).toEqual([
      1,
      expect.stringContaining('Nothing is stored of the user "Nobody".'),
    ]);
    const unasked = await user('erase', other);
    expect([unasked.code, unasked.output]).toEqual([1, 'Nobody can be asked here. Pass --yes if you are sure.\n']);
    const odd = await user('export', '../etc');
    expect([odd.code, odd.output]).toEqual([2, expect.stringContaining('It must start with a letter (A-Z or a-z)')]);
  });
});
