import { expect, it } from 'vitest';
import { activityOf } from './activity.ts';
import type { Order, Transition } from './api.ts';
import { outagesOf } from './parts.ts';

const order: Order = {
  id: '1',
  user_id: 'alice',
  product_name: 'Desk',
  quantity: 1,
  price: 1,
  status: 'confirmed',
  receipt_s3_key: '',
  created_at: '2026-01-01T10:00:00Z',
  updated_at: '2026-01-01T10:00:02Z',
};

it('is what happened to orders and parts, the newest first', () => {
  const history = [{ part: 'kafka', state: 'down', at: '2026-01-01T10:00:01Z' }] as const;
  expect(activityOf([order, { ...order, id: '2', status: 'created' }], history).map(({ text }) => text)).toEqual([
    'Confirmed: alice’s Desk',
    'Kafka went down',
    'alice ordered Desk',
    'alice ordered Desk',
  ]);
});

it('tells what is down, since when and what that means', () => {
  const history: Transition[] = [
    { part: 'kafka', state: 'down', at: '2026-01-01T10:00:01Z' },
    { part: 'shard1', state: 'up', at: '2026-01-01T09:00:00Z' },
  ];
  const outages = outagesOf({ checks: { kafka: 'down', shard1: 'down', receipts: 'up' }, history });
  expect(outages).toEqual([
    { part: 'kafka', since: '2026-01-01T10:00:01Z', meaning: expect.stringContaining('events wait') },
    { part: 'shard1', since: undefined, meaning: expect.stringContaining('Its users') },
  ]);
});
