import { z } from 'zod';
import { arnOf, qualifiedFunctionArn } from '../../../aws-identity.ts';
import { resourceUuid } from '../../physical-names.ts';
import { boolean, notSupported } from '../../properties.ts';
import { created, provider } from '../../provider.ts';
import type { EventSourceMappingDefinition } from './event-source-mapping.ts';

const KAFKA_DESTINATION = 'kafka://';

const properties = z.object({
  FunctionName: z.string(),
  EventSourceArn: z.string().startsWith('arn:aws:kafka:', 'only Kafka event sources run here'),
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

/**
 * An event source mapping as its properties declare it, with every reference resolved; undefined for one that is disabled.
 * Defaults as on AWS: https://docs.aws.amazon.com/lambda/latest/dg/msk-esm-parameters.html
 *
 * @throws ZodError for properties that are not supported
 */
export function eventSourceMappingOf(declared: unknown, uuid: string): EventSourceMappingDefinition | undefined {
  return definitionOf(properties.parse(declared), uuid);
}

/** Collects an event source mapping; its poller starts when all functions and topics exist. */
export const eventSourceMapping = provider(
  'a Kafka consumer that invokes the function',
  properties,
  (mapping, request) => {
    const uuid = resourceUuid(request);
    const definition = definitionOf(mapping, uuid);
    if (definition) request.context.eventSourceMappings.push(definition);
    return created(uuid, { Id: uuid, EventSourceMappingArn: arnOf('lambda', `event-source-mapping:${uuid}`) });
  },
);

function definitionOf(mapping: z.output<typeof properties>, uuid: string): EventSourceMappingDefinition | undefined {
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
