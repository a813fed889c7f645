import { describe, expect, it } from 'vitest';
import { INVOCATION } from '../testing/msk-event.ts';
import { kafkaHandler } from './pipeline.ts';
import type { TopicPartitionOffset } from './records.ts';

const log = { startRequest: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const event = { records: {} };

describe('the handler of a Kafka batch', () => {
  it('names each failed record by the key of its partition and its offset', async () => {
    const failed: TopicPartitionOffset[] = [
      { topic: 'orders', partition: 3, offset: 42 },
      { topic: 'orders', partition: 0, offset: 7 },
    ];
    expect(await kafkaHandler(log, async () => failed)(event, INVOCATION)).toEqual({
      batchItemFailures: [
        { itemIdentifier: { partition: 'orders-3', offset: 42 } },
        { itemIdentifier: { partition: 'orders-0', offset: 7 } },
      ],
    });
  });

  it('reports nothing when nothing failed', async () => {
    expect(await kafkaHandler(log, async () => [])(event, INVOCATION)).toEqual({ batchItemFailures: [] });
  });

  it('marks the log with the request and fails as a whole when the work throws', async () => {
    const requests: string[] = [];
    const marked = { ...log, startRequest: (id: string) => requests.push(id) };
    const broken = kafkaHandler(marked, () => Promise.reject(new Error('a defect')));
    await expect(broken(event, INVOCATION)).rejects.toThrow('a defect');
    expect(requests).toEqual(['request-1']);
  });
});
