import { type Discard, failureRecord, MAX_WHOLE_BYTES, timeOf } from './failure-record.ts';
import { kafkaEvent, partitionName } from './kafka-event.ts';
import type { KafkaRecord } from './kafka-record.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';

/**
 * The object for records that were given up at once: https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure.html.
 * It holds the whole event as text, unless that would have more than 32 MiB.
 *
 * The key is documented for Kinesis; here the partition stands for the shard:
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export function failureObject(
  mapping: EventSourceMappingDefinition,
  bootstrapServers: string,
  discard: Discard,
  now: Date,
): { readonly key: string; readonly body: string } {
  const { records, condition } = discard;
  const bytes = records.reduce((total, { eventBytes }) => total + eventBytes, 0);
  const payload = bytes <= MAX_WHOLE_BYTES ? kafkaEvent(mapping, bootstrapServers, records) : undefined;
  const batch = {
    batchSize: records.length,
    payloadSize: payload === undefined ? bytes : Buffer.byteLength(payload),
    recordsInfo: recordsInfo(records),
  };
  const documented = condition === 'RetriesExhausted' ? 'RetryAttemptsExhausted' : condition;
  const metadata = failureRecord(mapping, bootstrapServers, { ...discard, condition: documented }, batch, now);
  const [day = '', time = ''] = now.toISOString().split(/[T.]/);
  const name = `${day}T${time.replaceAll(':', '.')}-${crypto.randomUUID()}`;
  const partition = Object.keys(batch.recordsInfo)[0];
  return {
    key: `aws/lambda/${mapping.uuid}/${partition}/${day.replaceAll('-', '/')}/${name}`,
    body: JSON.stringify({ ...metadata, ...(payload !== undefined && { payload }) }),
  };
}

/** By partition: its first and its last record. */
function recordsInfo(records: readonly KafkaRecord[]) {
  const byPartition = [...Map.groupBy(records, partitionName)].map(([name, group]) => {
    const [first, last] = [group[0] as KafkaRecord, group.at(-1) as KafkaRecord];
    const offsets = { firstRecordOffset: String(first.offset), lastRecordOffset: String(last.offset) };
    return [name, { ...offsets, firstRecordTimestamp: timeOf(first), lastRecordTimestamp: timeOf(last) }] as const;
  });
  return Object.fromEntries(byPartition);
}
