import { randomUUID } from 'node:crypto';
import { expect, inject, it } from 'vitest';
import { call, newUser, orderOf } from '../support/api.ts';
import { queryShard, readTopic } from '../support/clients.ts';

const addresses = inject('addresses');

function place(body: unknown, key: string) {
  return call(addresses.api, 'POST', '/api/orders', body, { 'idempotency-key': key });
}

it('makes one order of 40 requests at once with the same Idempotency-Key, and gives 40 equal responses', async () => {
  const user = newUser('d');
  const key = randomUUID();
  const responses = await Promise.all(Array.from({ length: 40 }, () => place(orderOf(user), key)));

  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([201]));
  const [first] = responses;
  for (const { headers, body } of responses) {
    const { delivery, ...same } = body;
    expect(same).toEqual({
      order: { ...first?.body.order, status: 'created' },
      shard: 'shard1',
      shard_info: 'shard1 (A-M)',
      receipt: first?.body.receipt,
    });
    expect(headers.get('location')).toBe(`/api/orders/${first?.body.order.id}`);
    expect(Object.keys(delivery).sort()).toEqual(['event', 'receipt']);
  }
  expect(responses.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
  expect(responses.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(39);
  expect(await queryShard(addresses, 'orders_shard1', 'select id from orders where user_id = $1', [user])).toEqual([
    { id: first?.body.order.id },
  ]);
  const records = await readTopic(addresses, 'orders', (all) => all.some((record) => record.key === user));
  expect(records.filter((record) => record.key === user)).toHaveLength(1);
});

it('stores nothing for a request that it refuses because of its Idempotency-Key', async () => {
  const user = newUser('d');
  const key = randomUUID();
  const { body } = await place(orderOf(user), key);
  expect((await place({ ...orderOf(user), quantity: 3 }, key)).status).toBe(422);
  expect((await place(orderOf(user), 'a b')).status).toBe(400);
  expect(await queryShard(addresses, 'orders_shard1', 'select id from orders where user_id = $1', [user])).toEqual([
    { id: body.order.id },
  ]);
});
