import { z } from 'zod';
import { boolean, notSupported } from '../../provider.ts';
import { qualifiedFunctionArn } from '../function-name.ts';

const KAFKA_DESTINATION = 'kafka://';

/** A Lambda event source mapping on a topic of an MSK cluster, with every reference resolved. */
export interface EventSourceMappingDefinition {
  readonly uuid: string;
  readonly eventSourceArn: string;
  readonly functionArn: string;
  readonly topic: string;
  readonly consumerGroupId: string;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  /** Where a group without committed offsets starts. */
  readonly startingPosition: 'LATEST' | 'TRIM_HORIZON';
  /** Without the first attempt; -1 means no limit. */
  readonly maximumRetryAttempts: number;
  /** -1 means no limit. */
  readonly maximumRecordAgeInSeconds: number;
  readonly bisectBatchOnFunctionError: boolean;
  readonly reportBatchItemFailures: boolean;
  /** The on-failure destination, without `kafka://`. */
  readonly onFailureTopic?: string;
}

/** Reads the properties; defaults as on AWS: https://docs.aws.amazon.com/lambda/latest/dg/msk-esm-parameters.html */
export const eventSourceMappingProperties = z.object({
  FunctionName: z.string(),
  EventSourceArn: z.string().startsWith('arn:aws:kafka:', 'only Kafka event sources are supported'),
  Topics: z.tuple([z.string()]),
  StartingPosition: z.enum(['LATEST', 'TRIM_HORIZON']),
  Enabled: boolean.default(true),
  BatchSize: z.coerce.number().default(100),
  MaximumBatchingWindowInSeconds: z.coerce.number().default(0.5),
  MaximumRetryAttempts: z.coerce.number().default(-1),
  MaximumRecordAgeInSeconds: z.coerce.number().default(-1),
  BisectBatchOnFunctionError: boolean.default(false),
  FunctionResponseTypes: z.array(z.string()).default([]),
  AmazonManagedKafkaEventSourceConfig: z.object({ ConsumerGroupId: z.string().optional() }).optional(),
  DestinationConfig: z
    .object({ OnFailure: z.object({ Destination: z.string().startsWith(KAFKA_DESTINATION) }).optional() })
    .optional(),
  FilterCriteria: notSupported,
});

/** Undefined for a mapping that is disabled. */
export function eventSourceMappingOf(
  mapping: z.output<typeof eventSourceMappingProperties>,
  uuid: string,
): EventSourceMappingDefinition | undefined {
  if (!mapping.Enabled) return undefined;
  const onFailure = mapping.DestinationConfig?.OnFailure?.Destination;
  return {
    uuid,
    eventSourceArn: mapping.EventSourceArn,
    functionArn: qualifiedFunctionArn(mapping.FunctionName),
    topic: mapping.Topics[0],
    consumerGroupId: mapping.AmazonManagedKafkaEventSourceConfig?.ConsumerGroupId ?? uuid,
    batchSize: mapping.BatchSize,
    batchingWindowSeconds: mapping.MaximumBatchingWindowInSeconds,
    startingPosition: mapping.StartingPosition,
    maximumRetryAttempts: mapping.MaximumRetryAttempts,
    maximumRecordAgeInSeconds: mapping.MaximumRecordAgeInSeconds,
    bisectBatchOnFunctionError: mapping.BisectBatchOnFunctionError,
    reportBatchItemFailures: mapping.FunctionResponseTypes.includes('ReportBatchItemFailures'),
    ...(onFailure === undefined ? {} : { onFailureTopic: onFailure.slice(KAFKA_DESTINATION.length) }),
  };
}
