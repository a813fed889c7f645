import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { orderFromApi } from './api-order.ts';
import { type OrderCommand, orderCommand } from './command.ts';
import type { OrderFacts } from './order-facts.ts';
import { orderText, outstanding } from './report.ts';

const ID = '019d0f2e-7b5c-7000-8000-000000000001';
const CREATED = '2026-11-27T10:00:00.000Z';
const DONE: OrderFacts = {
  shard: 'shard1',
  order: {
    id: ID,
    user_id: 'alice',
    product_name: 'Desk',
    quantity: 2,
    price: 149.99,
    status: 'confirmed',
    receipt_s3_key: `receipts/alice/${ID}.txt`,
    created_at: CREATED,
    updated_at: CREATED,
  },
  receipt: { storedAt: CREATED, bytes: 250 },
  event: { publishedAt: CREATED, partition: 0, offset: 7, headers: { ce_type: 'order.created' } },
  confirmedAt: CREATED,
  consumedUpTo: 8,
};
const CREATED_ONLY = { ...DONE, confirmedAt: undefined };
const outbox = { receiptPending: true, eventPending: true, dueAt: '2026-11-27T10:00:30.000Z' };

describe('the way of an order', () => {
  it('tells where everything is', () => {
    const text = orderText(DONE);
    for (const part of [
      '$299.98',
      'in shard1',
      '250 bytes',
      'partition 0, offset 7',
      'ce_type: order.created',
      'takes offset 8 next',
    ]) {
      expect(text).toContain(part);
    }
  });

  it.each<[string, Partial<OrderFacts>, RegExp]>([
    ['nothing', {}, /^Nothing is outstanding\.$/],
    [
      'a receipt',
      { receipt: undefined, outbox },
      /^The receipt is outstanding: relay-outbox takes it on at 2026-11-27T10:00:30/,
    ],
    ['an event', { event: undefined, outbox, confirmedAt: undefined }, /^The event is outstanding: relay-outbox/],
    ['what a request is still doing', { receipt: undefined }, /its first attempt is under way/],
    ['an event that was not taken', { ...CREATED_ONLY, consumedUpTo: 7 }, /consume-orders has not come to its event/],
    ['an event that was given up', { ...CREATED_ONLY, deadLetter: 'orders-0-7' }, /npm run dlt -- replay orders-0-7/],
    [
      'a confirmation',
      { ...CREATED_ONLY, confirmationsWaiting: 3 },
      /3 confirmations of shard1 wait for confirm-orders.*ten minutes/,
    ],
  ])('tells who sees to %s', (_, change, expected) => {
    expect(outstanding({ ...DONE, ...change }).join('\n')).toMatch(expected);
  });
});

describe('an order by the API', () => {
  const servers: ReturnType<typeof createServer>[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  async function serve(status: number, body: object): Promise<string> {
    const server = createServer((request, response) => {
      response.writeHead(status).end(JSON.stringify({ ...body, asked: request.headers.authorization }));
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await new Promise((resolve) => server.once('listening', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('is as far as the API tells', async () => {
    const way = { stored_at: CREATED, receipt_stored_at: CREATED, event_published_at: null, confirmed_at: null };
    const url = await serve(200, {
      order: DONE.order,
      shard_info: 'shard1 (A-M)',
      way,
      delivery: { receipt: 'stored', event: 'pending' },
    });
    expect(await orderFromApi(url, ID, 't')).toMatchObject({
      shard: 'shard1 (A-M)',
      receipt: { storedAt: CREATED },
      event: undefined,
    });
  });

  it('is missing with the sentence of the API', async () => {
    await expect(orderFromApi(await serve(404, { error: 'There is no order.' }), ID, undefined)).rejects.toThrow(
      'There is no order.',
    );
    await expect(orderFromApi('http://127.0.0.1:1', ID, undefined)).rejects.toThrow('does not respond');
  });
});

describe('the command line of order', () => {
  async function parse(line: string): Promise<OrderCommand | undefined> {
    const perform = vi.fn(async (_: OrderCommand) => {});
    const command = orderCommand(perform).configureOutput({ writeErr: () => {} });
    await command.parseAsync(line.split(' ').filter(Boolean), { from: 'user' });
    return perform.mock.calls[0]?.[0];
  }

  it('reads an id, an API and a stage', async () => {
    expect(await parse(`${ID.toUpperCase()} --url https://api.example/dev/ --stage dev`)).toEqual({
      id: ID,
      target: { stage: 'dev' },
      url: 'https://api.example/dev',
      token: undefined,
    });
  });

  it.each([
    ['x', 'the id of an order is a UUID'],
    [`${ID} --stage dev`, '--stage requires --url'],
  ])('refuses "%s"', async (line, problem) => {
    await expect(parse(line)).rejects.toThrow(problem);
  });
});
