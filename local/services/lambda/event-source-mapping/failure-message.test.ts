import { describe, expect, it } from 'vitest';
import { failureMessage } from './failure-message.ts';
import { kafkaEvent } from './kafka-event.ts';
import { CLUSTER_ARN, mapping, record } from './poller-fixture.ts';

const given = {
  condition: 'RetriesExhausted',
  invocations: 11,
  lastInvocation: { requestId: 'r-1', executedVersion: '$LATEST', functionError: 'Unhandled' },
} as const;
const messageOf = (about = record(7)) =>
  failureMessage(mapping(), 'b:9098', about, { ...given, records: [about] }, new Date(0));

describe('the message of the on-failure topic', () => {
  it('holds the event of the one record and what became of it', () => {
    const value = JSON.parse(String(messageOf().whole));
    expect(value).toEqual({
      requestContext: {
        requestId: 'r-1',
        functionArn: `${mapping().functionArn}:$LATEST`,
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
      payload: JSON.parse(kafkaEvent(mapping(), 'b:9098', [record(7)])),
    });
  });

  it('names the alias of a mapping to an alias', () => {
    const functionArn = `${mapping().functionArn}:live`;
    const { metadata } = failureMessage(
      mapping({ functionArn }),
      'b',
      record(7),
      { ...given, records: [] },
      new Date(0),
    );
    expect(JSON.parse(String(metadata)).requestContext).toMatchObject({ functionArn });
  });

  it('has a second form, which differs in that it lacks the event', () => {
    const { whole, metadata } = messageOf();
    const { payload: _, ...rest } = JSON.parse(String(whole));
    expect(JSON.parse(String(metadata))).toEqual(rest);
  });

  it('has that form alone when the record is larger than any request may be', () => {
    const { whole, metadata } = messageOf(record(7, { value: Buffer.alloc(600_000_000) }));
    expect(whole).toBeUndefined();
    expect(JSON.parse(String(metadata)).KafkaBatchInfo.payloadSize).toBeGreaterThan(800_000_000);
  });
});
