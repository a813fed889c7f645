import { KafkaRecord, type RecordFields } from './kafka-record.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';

export const CLUSTER_ARN =
  'arn:aws:kafka:us-east-1:000000000000:cluster/orderflow/11111111-2222-3333-4444-555555555555-1';

export function mapping(overrides: Partial<EventSourceMappingDefinition> = {}): EventSourceMappingDefinition {
  return {
    uuid: 'mapping-1',
    enabled: true,
    eventSourceArn: CLUSTER_ARN,
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:consumer',
    topic: 'orders',
    consumerGroupId: 'order-consumer-group',
    batchSize: 100,
    batchingWindowSeconds: 0,
    startingPosition: 'TRIM_HORIZON',
    maximumRetryAttempts: -1,
    maximumRecordAgeInSeconds: -1,
    bisectBatchOnFunctionError: false,
    reportBatchItemFailures: false,
    filterPatterns: [],
    ...overrides,
  };
}

export function record(offset: number, overrides: Partial<RecordFields> = {}): KafkaRecord {
  return new KafkaRecord({
    topic: 'orders',
    partition: 3,
    offset,
    timestamp: 1_700_000_000_000 + offset,
    timestampType: 'CREATE_TIME',
    key: Buffer.from('alice'),
    value: Buffer.from(`{"n":${offset}}`),
    headers: [],
    ...overrides,
  });
}

/** Records of consecutive offsets, the last one included. */
export function records(first: number, last: number): KafkaRecord[] {
  return Array.from({ length: last - first + 1 }, (_, index) => record(first + index));
}

export const offsetsOf = (list: readonly KafkaRecord[]) => list.map(({ offset }) => offset);
