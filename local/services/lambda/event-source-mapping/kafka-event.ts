import { MAX_PAYLOAD_BYTES } from '../errors.ts';
import type { KafkaRecord } from './kafka-record.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';

/** Room for the rest of an event: ARN, brokers, topic. */
const ENVELOPE_BYTES = 4096;
/** What the records of one event may take up together. */
export const MAX_RECORDS_BYTES = MAX_PAYLOAD_BYTES - ENVELOPE_BYTES;

/**
 * The event that a function receives, as JSON: https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html
 *
 * @param records of one topic, ordered by offset within each partition
 */
export function kafkaEvent(
  { eventSourceArn }: Pick<EventSourceMappingDefinition, 'eventSourceArn'>,
  bootstrapServers: string,
  records: readonly KafkaRecord[],
): string {
  const envelope = JSON.stringify({ eventSource: 'aws:kafka', eventSourceArn, bootstrapServers, records: {} });
  const groups = [...Map.groupBy(records, partitionName)].map(
    ([name, group]) => `${JSON.stringify(name)}:[${group.map(({ json }) => json).join(',')}]`,
  );
  return `${envelope.slice(0, -'}}'.length)}${groups.join(',')}}}`;
}

/** `things-3`: how events and partial responses name a partition. */
export function partitionName(record: Pick<KafkaRecord, 'topic' | 'partition'>): string {
  return `${record.topic}-${record.partition}`;
}
