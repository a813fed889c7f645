import { describe, expect, inject, it } from 'vitest';
import { call, newUser, orderOf } from '../support/api.ts';
import { lagOf, produce, queryShard, readTopic } from '../support/clients.ts';

const addresses = inject('addresses');

async function statusOf(user: string): Promise<{ status: string; updated_at: string; created_at: string }> {
  return (await call(addresses.api, 'GET', `/api/orders?user_id=${user}`)).body.orders[0];
}

describe.each([
  { letter: 'i', number: 1 },
  { letter: 'W', number: 2 },
])('an order on shard$number', ({ letter, number }) => {
  it('becomes confirmed, by way of the confirmations of its shard', async () => {
    const user = newUser(letter);
    const { order } = (await call(addresses.api, 'POST', '/api/orders', orderOf(user))).body;
    await expect.poll(async () => (await statusOf(user)).status).toBe('confirmed');
    const { created_at, updated_at } = await statusOf(user);
    expect(created_at).toBe(order.created_at);
    expect(Date.parse(updated_at)).toBeGreaterThanOrEqual(Date.parse(created_at));

    const records = await readTopic(addresses, 'order-confirmations', (all) => all.some(({ key }) => key === user));
    const own = records.filter(({ key }) => key === user);
    expect(own).toHaveLength(1);
    expect(own[0]?.partition).toBe(number - 1);
    expect(own[0]?.headers).toMatchObject({ ce_id: order.id, ce_type: 'order.confirmed', ce_specversion: '1.0' });
    expect(JSON.parse(own[0]?.value ?? '')).toMatchObject({
      event_type: 'order.confirmed',
      order_id: order.id,
      user_id: user,
      shard: number,
      message: expect.stringContaining(`Dear ${user}`),
    });
  });
});

it('confirms an order once, however often its event comes', async () => {
  const user = newUser('k');
  const { order } = (await call(addresses.api, 'POST', '/api/orders', orderOf(user))).body;
  await expect.poll(async () => (await statusOf(user)).status).toBe('confirmed');
  const before = await statusOf(user);
  const row = 'select xmin::text, * from orders where id = $1';
  const stored = await queryShard(addresses, 'orders_shard1', row, [order.id]);

  const events = await readTopic(addresses, 'orders', (all) => all.some(({ key }) => key === user));
  const event = events.find(({ key }) => key === user);
  const copies = Array.from({ length: 100 }, () => ({
    key: user,
    value: event?.value ?? '',
    headers: event?.headers ?? {},
  }));
  await produce(addresses, 'orders', copies);
  await readTopic(addresses, 'order-confirmations', (all) => all.filter(({ key }) => key === user).length === 101);
  await expect.poll(() => lagOf(addresses, 'order-confirmation-group', 'order-confirmations')).toBe(0);
  expect(await statusOf(user)).toEqual(before);
  expect(await queryShard(addresses, 'orders_shard1', row, [order.id])).toEqual(stored);
});

it('passes over a confirmation that cannot be read, and one of an unknown order', async () => {
  const user = newUser('j');
  const value = JSON.stringify({
    event_type: 'order.confirmed',
    order_id: '019d0f2e-7b5c-7000-8000-000000000001',
    user_id: user,
    shard: 1,
    message: `Dear ${user}`,
    timestamp: new Date().toISOString(),
  });
  await produce(addresses, 'order-confirmations', [
    { partition: 0, key: user, value: 'not JSON' },
    { partition: 0, key: user, value: '{"event_type":"order.confirmed"}' },
    { partition: 0, key: user, value: null },
    { partition: 0, key: user, value },
  ]);
  await call(addresses.api, 'POST', '/api/orders', orderOf(user));
  await expect.poll(async () => (await statusOf(user)).status).toBe('confirmed');
});
