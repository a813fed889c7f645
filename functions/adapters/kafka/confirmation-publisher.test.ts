import type { PartitionerArgs } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { confirm, orderCreated } from '../../domain/events.ts';
import { anOrder } from '../../testing/orders.ts';
import { partitionOfShard, toMessage } from './confirmation-publisher.ts';

const confirmation = (shard: number) =>
  confirm(orderCreated(anOrder(), { id: shard, from: 'A', to: 'M' }), new Date('2026-11-22T09:30:01Z'));

/** What the producer asks the partitioner, for a topic with partitions 0 and 1. */
const partition = (shard: number) => {
  const partitionMetadata = [{ partitionId: 0 }, { partitionId: 1 }] as PartitionerArgs['partitionMetadata'];
  return partitionOfShard({ partitionMetadata, message: toMessage(confirmation(shard)) });
};

describe('a confirmation', () => {
  it('is a CloudEvent in binary mode, keyed by user', () => {
    const { key, value, headers } = toMessage(confirmation(2));
    expect(key).toBe('alice');
    expect(JSON.parse(String(value))).toEqual({
      event_type: 'order.confirmed',
      order_id: anOrder().id,
      user_id: 'alice',
      shard: 2,
      message: expect.stringMatching(/^Dear alice, your order for 2 x Mechanical Keyboard/),
      timestamp: '2026-11-22T09:30:01.000Z',
    });
    expect(headers).toMatchObject({
      ce_specversion: '1.0',
      ce_type: 'order.confirmed',
      ce_source: '/orderflow/confirmations',
      ce_id: anOrder().id,
    });
  });

  it('goes to the partition of its shard', () => {
    expect([partition(1), partition(2)]).toEqual([0, 1]);
  });

  it('is refused when its shard has no partition', () => {
    expect(() => partition(3)).toThrow(
      'There is no partition for shard 3 yet: those that there are belong to the shards 1 to 2.',
    );
  });
});
