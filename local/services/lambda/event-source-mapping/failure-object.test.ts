import { describe, expect, it } from 'vitest';
import { failureObject } from './failure-object.ts';
import type { Discard } from './failure-record.ts';
import { kafkaEvent } from './kafka-event.ts';
import { CLUSTER_ARN, mapping, record, records } from './poller-fixture.ts';

const given: Discard = {
  records: records(7, 9),
  condition: 'RetriesExhausted',
  invocations: 11,
  lastInvocation: { requestId: 'r-1', executedVersion: '$LATEST', functionError: 'Unhandled' },
};
const now = new Date('2026-11-27T09:08:07.654Z');
const objectOf = (overrides: Partial<Discard> = {}) =>
  failureObject(mapping(), 'b:9098', { ...given, ...overrides }, now);

describe('the object of an on-failure bucket', () => {
  it('holds what became of the batch, and the whole event as text', () => {
    const event = kafkaEvent(mapping(), 'b:9098', given.records);
    expect(JSON.parse(objectOf().body)).toEqual({
      requestContext: {
        requestId: 'r-1',
        functionArn: mapping().functionArn,
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 11,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: '2026-11-27T09:08:07.654Z',
      KafkaBatchInfo: {
        batchSize: 3,
        eventSourceArn: CLUSTER_ARN,
        bootstrapServers: 'b:9098',
        payloadSize: event.length,
        recordsInfo: {
          'orders-3': {
            firstRecordOffset: '7',
            lastRecordOffset: '9',
            firstRecordTimestamp: '2023-11-14T22:13:20.007Z',
            lastRecordTimestamp: '2023-11-14T22:13:20.009Z',
          },
        },
      },
      payload: event,
    });
  });

  it('is called after the mapping, the partition and the time', () => {
    expect(objectOf().key).toMatch(
      /^aws\/lambda\/mapping-1\/orders-3\/2026\/11\/27\/2026-11-27T09\.08\.07-[0-9a-f-]{36}$/,
    );
    expect(objectOf().key).not.toBe(objectOf().key);
  });

  it('has no response where the function was never invoked', () => {
    const { body } = objectOf({ condition: 'MaximumPayloadSizeExceeded', invocations: 0, lastInvocation: undefined });
    expect(JSON.parse(body)).toMatchObject({
      requestContext: { requestId: null, condition: 'MaximumPayloadSizeExceeded', approximateInvokeCount: 0 },
      responseContext: null,
    });
  });

  it('lacks the event when that is larger than 32 MiB', () => {
    const { body } = objectOf({ records: [record(7, { value: Buffer.alloc(600_000_000) })] });
    expect(JSON.parse(body)).not.toHaveProperty('payload');
    expect(JSON.parse(body).KafkaBatchInfo.payloadSize).toBeGreaterThan(800_000_000);
  });
});
