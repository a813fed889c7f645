import type { Step } from './delivery.ts';
import type { EventSourceMappingDefinition } from './event-source-mapping.ts';
import { kafkaEvent } from './kafka-event.ts';
import type { KafkaRecord } from './kafka-record.ts';

type Discard = Extract<Step, { kind: 'discard' }>;

/**
 * The value of the message that an on-failure Kafka topic gets for one given-up record.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure-destination.html
 */
export function failureMessage(
  mapping: EventSourceMappingDefinition,
  bootstrapServers: string,
  record: KafkaRecord,
  { condition, invocations, lastInvocation }: Omit<Discard, 'kind' | 'records'>,
  now: Date,
): string {
  const payload = kafkaEvent(mapping, bootstrapServers, [record]);
  return JSON.stringify({
    requestContext: {
      requestId: lastInvocation?.requestId ?? null,
      functionArn: mapping.functionArn,
      condition,
      approximateInvokeCount: invocations,
    },
    responseContext: lastInvocation
      ? {
          statusCode: 200,
          executedVersion: lastInvocation.executedVersion,
          functionError: lastInvocation.functionError ?? null,
        }
      : null,
    version: '1.0',
    timestamp: now.toISOString(),
    KafkaBatchInfo: {
      batchSize: 1,
      eventSourceArn: mapping.eventSourceArn,
      bootstrapServers,
      payloadSize: Buffer.byteLength(JSON.stringify(payload)),
      recordInfo: { offset: String(record.offset), timestamp: new Date(record.timestamp).toISOString() },
    },
    payload,
  });
}
