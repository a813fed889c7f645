import { readFileSync } from 'node:fs';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { describe, expect, inject, it } from 'vitest';
import { logFileOf } from '../../tooling/paths.ts';
import { createdOrder, expectJson, expectOrderOf } from '../contract/expectations.ts';
import { call, newUser, orderOf } from '../support/api.ts';
import { listKeys, operatorS3, queryShard, readObject, readTopic } from '../support/clients.ts';

const addresses = inject('addresses');
const dataDir = inject('dataDir');
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe.each([
  { letter: 'a', shard: 'shard1', info: 'shard1 (A-M)', own: 'orders_shard1', other: 'orders_shard2', number: 1 },
  { letter: 'Z', shard: 'shard2', info: 'shard2 (N-Z)', own: 'orders_shard2', other: 'orders_shard1', number: 2 },
])('an order of a user on $shard', ({ letter, shard, info, own, other, number }) => {
  it('travels from the API through the shard, the receipt and Kafka to the consumer', async () => {
    const user = newUser(letter);
    const created = await call(addresses.api, 'POST', '/api/orders', orderOf(user));

    const contract = expectJson(created, 201, createdOrder);
    expect(created.body, 'the response has the fields of the contract and no others').toEqual(contract);
    expectOrderOf(orderOf(user), contract);
    const { order } = contract;
    expect(contract).toMatchObject({
      order: {
        id: expect.stringMatching(UUID_V7),
        status: 'created',
        created_at: expect.stringMatching(RFC_3339),
        updated_at: expect.stringMatching(RFC_3339),
      },
      shard,
      shard_info: info,
      delivery: { receipt: 'stored', event: 'published' },
    });
    expect(created.headers.get('location')).toBe(`/api/orders/${order.id}`);
    expect(created.headers.get('access-control-allow-origin')).toBe('*');

    const listed = await call(addresses.api, 'GET', `/api/orders?user_id=${user}`);
    expect(listed.status).toBe(200);
    // The consumer may have confirmed it already.
    const { status: _, updated_at: __, ...lasting } = order;
    expect(listed.body).toMatchObject({ orders: [lasting], count: 1 });
    const all = await call(addresses.api, 'GET', '/api/orders');
    expect(all.body.orders).toContainEqual(expect.objectContaining(lasting));

    const find = 'select id, price::text from orders where user_id = $1';
    expect(await queryShard(addresses, own, find, [user])).toEqual([{ id: order.id, price: '149.99' }]);
    expect(await queryShard(addresses, other, find, [user])).toEqual([]);
    expect(await queryShard(addresses, own, 'select 1 from outbox where order_id = $1', [order.id])).toEqual([]);

    expect(await listKeys(addresses, 'order-receipts', `receipts/${user}/`)).toEqual([order.receipt_s3_key]);
    const receipt = await readObject(addresses, 'order-receipts', order.receipt_s3_key);
    expect(receipt.contentType).toMatch(/^text\/plain/);
    for (const part of [
      order.id,
      user,
      shard,
      'Mechanical Keyboard',
      '149.99',
      '299.98',
      'created',
      order.created_at,
    ]) {
      expect(receipt.text).toContain(part);
    }

    const records = await readTopic(addresses, 'orders', (all) => all.some(({ key }) => key === user));
    const event = records.find(({ key }) => key === user);
    expect(JSON.parse(event?.value ?? '')).toEqual({
      event_type: 'order.created',
      order_id: order.id,
      user_id: user,
      product_name: 'Mechanical Keyboard',
      quantity: 2,
      total: 299.98,
      status: 'created',
      shard: number,
      timestamp: expect.stringMatching(RFC_3339),
    });
    expect(event?.headers).toMatchObject({ ce_id: order.id, ce_type: 'order.created', ce_specversion: '1.0' });

    const confirmation = `Dear ${user}, your order for 2 x Mechanical Keyboard (Total: $299.98) has been confirmed! Order ID: ${order.id}`;
    await expect.poll(() => readFileSync(logFileOf(dataDir), 'utf8')).toContain(confirmation);
  });
});

it.each([
  [400, { quantity: 0 }, 'application/json'],
  [413, { product_name: 'x'.repeat(65 * 1024) }, 'application/json'],
  [415, {}, 'text/plain'],
])('stores nothing of an order that is refused with %i', async (status, fields, type) => {
  const user = newUser('a');
  const order = { ...orderOf(user), ...fields };
  const refused = await call(addresses.api, 'POST', '/api/orders', order, { 'content-type': type });
  expect(refused.status).toBe(status);
  for (const database of Object.keys(addresses.databases)) {
    expect(await queryShard(addresses, database, 'select id from orders where user_id = $1', [user])).toEqual([]);
  }
});

it.each(['%ZZ', '%'])('refuses a query that is not percent-encoded: user_id=%s', async (value) => {
  const { status, body } = await call(addresses.api, 'GET', `/api/orders?user_id=${value}`);
  expect({ status, body }).toEqual({ status: 400, body: { error: expect.stringMatching(/\w+ .*\w/) } });
});

it('refuses an S3 client with a wrong secret', async () => {
  const listing = operatorS3(addresses, 'not-the-secret').send(new ListObjectsV2Command({ Bucket: 'order-receipts' }));
  await expect(listing).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
});
