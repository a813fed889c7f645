import type { Step } from './delivery.ts';
import { eventBytes, type KafkaRecord, kafkaEvent } from './kafka-event.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';

/** What goes to the on-failure topic about one record. */
export interface FailureMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  /** The metadata with the record itself; undefined where that would exceed {@link MAX_WHOLE_BYTES}. */
  readonly whole: Buffer | undefined;
  /** The same message without `payload`, for a destination that does not take the whole one. */
  readonly metadata: Buffer;
}

type Discard = Extract<Step, { kind: 'discard' }>;

/** No topic takes a message of this size by far, and a broker ends the connection on a request of 100 MB. */
const MAX_WHOLE_BYTES = 32 * 1024 * 1024;

/**
 * The message for one discarded record: https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure-destination.html
 *
 * What AWS does where the destination's limit is below that is documented for SNS: it drops the payload.
 * https://docs.aws.amazon.com/lambda/latest/api/API_OnFailure.html
 */
export function failureMessage(
  mapping: EventSourceMappingDefinition,
  bootstrapServers: string,
  record: KafkaRecord,
  { condition, invocations, lastInvocation }: Omit<Discard, 'kind' | 'records'>,
  now: Date,
): FailureMessage {
  const { topic, partition, offset, key } = record;
  const recordBytes = eventBytes(record);
  const payload =
    recordBytes <= MAX_WHOLE_BYTES ? JSON.stringify(kafkaEvent(mapping, bootstrapServers, [record])) : undefined;
  const metadata = JSON.stringify({
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
      payloadSize: payload === undefined ? recordBytes : Buffer.byteLength(payload),
      recordInfo: { offset: String(offset), timestamp: timeOf(record) },
    },
  });
  return {
    topic,
    partition,
    offset,
    key,
    whole: payload === undefined ? undefined : Buffer.from(`${metadata.slice(0, -1)},"payload":${payload}}`),
    metadata: Buffer.from(metadata),
  };
}

/** A producer may set any 64-bit number, also one that is no time: that is told in milliseconds. */
function timeOf({ timestamp }: KafkaRecord): string {
  const time = new Date(timestamp);
  return Number.isNaN(time.getTime()) ? String(timestamp) : time.toISOString();
}
