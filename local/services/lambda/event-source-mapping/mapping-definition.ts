import type { z } from 'zod';
import { qualifiedFunctionArn } from '../function-name.ts';
import {
  destinationOf,
  type eventSourceMappingProperties,
  isProvisioned,
  KAFKA_DESTINATION,
  S3_DESTINATION,
} from './mapping-properties.ts';

/** Kafka's default; the template can set whole seconds alone. */
const DEFAULT_WINDOW_SECONDS = 0.5;

/** A Lambda event source mapping on a topic of an MSK cluster, with every reference resolved. */
export interface EventSourceMappingDefinition {
  readonly uuid: string;
  readonly enabled: boolean;
  readonly eventSourceArn: string;
  readonly functionArn: string;
  readonly topic: string;
  readonly consumerGroupId: string;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  /** Where a group without committed offsets starts; a number is a time, in epoch seconds. */
  readonly startingPosition: 'LATEST' | 'TRIM_HORIZON' | number;
  /** Without the first attempt; -1 means no limit. */
  readonly maximumRetryAttempts: number;
  /** -1 means no limit. */
  readonly maximumRecordAgeInSeconds: number;
  readonly bisectBatchOnFunctionError: boolean;
  readonly reportBatchItemFailures: boolean;
  /** JSON in text. A record needs to satisfy one of them, if there are any. */
  readonly filterPatterns: readonly string[];
  /** In provisioned mode. */
  readonly pollers?: { readonly minimum: number; readonly maximum: number; readonly group?: string };
  /** The on-failure destination, if it is a topic. */
  readonly onFailureTopic?: string;
  /** The on-failure destination, if it is a bucket. */
  readonly onFailureBucket?: string;
}

export function eventSourceMappingOf(
  mapping: z.output<typeof eventSourceMappingProperties>,
  uuid: string,
): EventSourceMappingDefinition {
  const { MinimumPollers: minimum = 1, MaximumPollers: maximum = 200 } = mapping.ProvisionedPollerConfig ?? {};
  const group = mapping.ProvisionedPollerConfig?.PollerGroupName;
  const destination = destinationOf(mapping);
  return {
    uuid,
    enabled: mapping.Enabled,
    eventSourceArn: mapping.EventSourceArn,
    functionArn: qualifiedFunctionArn(mapping.FunctionName),
    topic: mapping.Topics[0],
    consumerGroupId: mapping.AmazonManagedKafkaEventSourceConfig?.ConsumerGroupId ?? uuid,
    batchSize: mapping.BatchSize,
    batchingWindowSeconds: mapping.MaximumBatchingWindowInSeconds ?? DEFAULT_WINDOW_SECONDS,
    startingPosition:
      mapping.StartingPosition === 'AT_TIMESTAMP' ? (mapping.StartingPositionTimestamp ?? 0) : mapping.StartingPosition,
    maximumRetryAttempts: mapping.MaximumRetryAttempts,
    maximumRecordAgeInSeconds: mapping.MaximumRecordAgeInSeconds,
    bisectBatchOnFunctionError: mapping.BisectBatchOnFunctionError,
    reportBatchItemFailures: mapping.FunctionResponseTypes.length > 0,
    filterPatterns: mapping.FilterCriteria?.Filters.map(({ Pattern }) => Pattern) ?? [],
    ...(isProvisioned(mapping) && { pollers: { minimum, maximum, ...(group && { group }) } }),
    ...(destination.startsWith(KAFKA_DESTINATION) && { onFailureTopic: destination.slice(KAFKA_DESTINATION.length) }),
    ...(destination.startsWith(S3_DESTINATION) && { onFailureBucket: destination.slice(S3_DESTINATION.length) }),
  };
}
