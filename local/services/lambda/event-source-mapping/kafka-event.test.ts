import { describe, expect, it } from 'vitest';
import { kafkaEvent, recordOf } from './kafka-event.ts';
import { failureMessage } from './on-failure-topic.ts';
import { CLUSTER_ARN, mapping, record } from './poller-fixture.ts';

const message = {
  offset: '42',
  timestamp: '1700000000000',
  attributes: 0,
  key: Buffer.from('alice'),
  value: Buffer.from('{}'),
  headers: { ce_id: Buffer.from('é'), twice: [Buffer.from('a'), 'b'] },
};

describe('the event of a batch', () => {
  it('has the form of AWS', () => {
    const event = kafkaEvent(mapping(), 'b-1:9098,b-2:9098', [recordOf('orders', 3, message)]);
    expect(event).toEqual({
      eventSource: 'aws:kafka',
      eventSourceArn: CLUSTER_ARN,
      bootstrapServers: 'b-1:9098,b-2:9098',
      records: {
        'orders-3': [
          {
            topic: 'orders',
            partition: 3,
            offset: 42,
            timestamp: 1_700_000_000_000,
            timestampType: 'CREATE_TIME',
            key: 'YWxpY2U=',
            value: 'e30=',
            headers: [{ ce_id: [195, 169] }, { twice: [97] }, { twice: [98] }],
          },
        ],
      },
    });
  });

  it('leaves out a missing key and the value of a tombstone, and tells the type of the timestamp', () => {
    const bare = { ...message, key: null, value: null, headers: {}, batchContext: { timestampType: 1 } };
    const [sent] = kafkaEvent(mapping(), 'b', [recordOf('orders', 0, bare)]).records['orders-0'] ?? [];
    expect(sent).toEqual({
      topic: 'orders',
      partition: 0,
      offset: 42,
      timestamp: 1_700_000_000_000,
      timestampType: 'LOG_APPEND_TIME',
      headers: [],
    });
  });
});

describe('the message of the on-failure topic', () => {
  it('holds the event of the one record and what became of it', () => {
    const lastInvocation = { requestId: 'r-1', executedVersion: '$LATEST', functionError: 'Unhandled' };
    const given = { condition: 'RetriesExhausted', invocations: 11, lastInvocation } as const;
    const value = JSON.parse(failureMessage(mapping(), 'b:9098', record(7), given, new Date(0)));
    expect(value).toEqual({
      requestContext: {
        requestId: 'r-1',
        functionArn: mapping().functionArn,
        condition: 'RetriesExhausted',
        approximateInvokeCount: 11,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: '1970-01-01T00:00:00.000Z',
      KafkaBatchInfo: {
        batchSize: 1,
        eventSourceArn: CLUSTER_ARN,
        bootstrapServers: 'b:9098',
        payloadSize: JSON.stringify(value.payload).length,
        recordInfo: { offset: '7', timestamp: '2023-11-14T22:13:20.007Z' },
      },
      payload: kafkaEvent(mapping(), 'b:9098', [record(7)]),
    });
  });
});
