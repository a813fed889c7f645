import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { call, newUser, orderOf } from '../support/api.ts';
import { queryShard, readTopic } from '../support/clients.ts';

const addresses = inject('addresses');

function place(body: unknown, key: string) {
  return call(addresses.api, 'POST', '/api/orders', body, { 'idempotency-key': key });
}

describe('the same request with the same Idempotency-Key', () => {
  it('makes one order when it comes 50 times at once, and gives 50 equal answers', async () => {
    const user = newUser('d');
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, () => place(orderOf(user), key)));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const [first] = answers;
    for (const { headers, body } of answers) {
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
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(49);
    expect(await queryShard(addresses, 'orders_shard1', 'select id from orders where user_id = $1', [user])).toEqual([
      { id: first?.body.order.id },
    ]);
    const records = await readTopic(addresses, 'orders', (all) => all.some((record) => record.key === user));
    expect(records.filter((record) => record.key === user)).toHaveLength(1);
  });

  it('is answered as at first although the order is confirmed by now, with its current delivery', async () => {
    const user = newUser('z');
    const key = '!~ key'.replace(' ', '-');
    const first = await place(orderOf(user), key);
    await expect
      .poll(async () => (await call(addresses.api, 'GET', `/api/orders?user_id=${user}`)).body.orders[0].status, {
        timeout: 20_000,
      })
      .toBe('confirmed');
    const second = await place(orderOf(user), key);
    expect(second.status).toBe(201);
    expect(second.body).toEqual({ ...first.body, delivery: { receipt: 'stored', event: 'published' } });
    expect(second.headers.get('idempotent-replayed')).toBe('true');
  });

  it('is told apart from another body, which is refused with 422', async () => {
    const user = newUser('e');
    const key = randomUUID();
    await place(orderOf(user), key);
    for (const change of [{ quantity: 3 }, { price: 149.98 }, { product_name: 'Desk' }]) {
      const { status, body } = await place({ ...orderOf(user), ...change }, key);
      expect(status).toBe(422);
      expect(body.error).toMatch(/\w+ .*\w/);
    }
    const listed = await call(addresses.api, 'GET', `/api/orders?user_id=${user}`);
    expect(listed.body.count).toBe(1);
  });

  it('belongs to its user: the same key of another one is another order', async () => {
    const key = randomUUID();
    const [mine, hers] = [await place(orderOf(newUser('f')), key), await place(orderOf(newUser('f')), key)];
    expect([mine.status, hers.status]).toEqual([201, 201]);
    expect(hers.body.order.id).not.toBe(mine.body.order.id);
    expect(hers.headers.get('idempotent-replayed')).toBeNull();
  });
});

it.each([
  ['empty', ''],
  ['longer than 255 characters', 'k'.repeat(256)],
  ['with a space inside', 'a b'],
  ['outside ASCII', 'schlüssel'],
])('refuses an Idempotency-Key that is %s', async (_what, key) => {
  const user = newUser('g');
  const { status, body } = await place(orderOf(user), key);
  expect(status).toBe(400);
  expect(body.error).toContain('Idempotency-Key');
  expect((await call(addresses.api, 'GET', `/api/orders?user_id=${user}`)).body.count).toBe(0);
});

it('takes a key of 255 characters', async () => {
  expect((await place(orderOf(newUser('g')), '~'.repeat(255))).status).toBe(201);
});

it('lets browsers read the headers that answers carry', async () => {
  const { headers } = await place(orderOf(newUser('h')), randomUUID());
  const exposed = headers.get('access-control-expose-headers')?.split(/,\s*/).sort();
  expect(exposed).toEqual(['Idempotent-Replayed', 'Location', 'Retry-After']);
});
