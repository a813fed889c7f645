import { LATEST } from '../function-definition.ts';
import { type Discard, failureRecord, MAX_WHOLE_BYTES, timeOf } from './failure-record.ts';
import { kafkaEvent } from './kafka-event.ts';
import type { KafkaRecord } from './kafka-record.ts';
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
  discard: Discard,
  now: Date,
): FailureMessage {
  const { topic, partition, offset, key, eventBytes } = record;
  const payload = eventBytes <= MAX_WHOLE_BYTES ? kafkaEvent(mapping, bootstrapServers, [record]) : undefined;
  const batch = {
    batchSize: 1,
    payloadSize: payload === undefined ? eventBytes : Buffer.byteLength(payload),
    recordInfo: { offset: String(offset), timestamp: timeOf(record) },
  };
  const described = failureRecord(mapping, bootstrapServers, discard, batch, now);
  const functionArn = withVersion(mapping.functionArn);
  const metadata = JSON.stringify({ ...described, requestContext: { ...described.requestContext, functionArn } });
  return {
    topic,
    partition,
    offset,
    key,
    whole: payload === undefined ? undefined : Buffer.from(`${metadata.slice(0, -1)},"payload":${payload}}`),
    metadata: Buffer.from(metadata),
  };
}

/** A function without a version or alias is called `$LATEST` here, unlike at the other destinations. */
function withVersion(functionArn: string): string {
  return functionArn.split(':').length > 7 ? functionArn : `${functionArn}:${LATEST}`;
}
