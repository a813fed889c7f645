import { z } from 'zod';
import { boolean, notSupported } from '../../provider.ts';
import { recordFilter } from './filter/record-filter.ts';

export const KAFKA_DESTINATION = 'kafka://';
export const S3_DESTINATION = 'arn:aws:s3:::';

/** The characters of groups of consumers and of pollers. */
const GROUP_NAME = /^[a-zA-Z0-9\-/*:_+=.@]*$/;
/** Per mapping, unless AWS has raised it: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html */
const MAX_FILTERS = 5;

const integer = (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum);

/** AWS's message, recorded of Kafka: https://github.com/aws/aws-cdk/issues/17934 */
const unsupported = (parameter: string) => `Unsupported '${parameter}' parameter for given event source mapping type.`;
const ofOtherSources = (parameter: string) => z.undefined({ error: unsupported(parameter) }).optional();

const filter = z.object({ Pattern: z.string().max(4096).default('') }).check(({ value, issues }) => {
  try {
    recordFilter([value.Pattern]);
  } catch (error) {
    issues.push({ code: 'custom', input: value.Pattern, message: (error as Error).message });
  }
});

const properties = z.object({
  FunctionName: z.string(),
  EventSourceArn: z.string().startsWith('arn:aws:kafka:', 'only Kafka event sources are supported'),
  Topics: z.tuple([
    z
      .string()
      .max(249)
      .regex(/^[^.]([a-zA-Z0-9\-_.]+)$/),
  ]),
  StartingPosition: z.enum(['LATEST', 'TRIM_HORIZON', 'AT_TIMESTAMP']),
  StartingPositionTimestamp: z.coerce.number().optional(),
  Enabled: boolean.default(true),
  BatchSize: integer(1, 10_000).default(100),
  MaximumBatchingWindowInSeconds: integer(0, 300).optional(),
  MaximumRetryAttempts: integer(-1, 10_000).default(-1),
  MaximumRecordAgeInSeconds: integer(-1, 604_800)
    .refine((seconds) => seconds === -1 || seconds >= 60, 'must be -1, or at least 60')
    .default(-1),
  BisectBatchOnFunctionError: boolean.default(false),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).max(1).default([]),
  AmazonManagedKafkaEventSourceConfig: z
    .object({
      ConsumerGroupId: z.string().min(1).max(200).regex(GROUP_NAME).optional(),
      SchemaRegistryConfig: notSupported,
    })
    .optional(),
  ProvisionedPollerConfig: z
    .object({
      MinimumPollers: integer(1, 200).optional(),
      MaximumPollers: integer(1, 2000).optional(),
      PollerGroupName: z.string().max(128).regex(GROUP_NAME).optional(),
    })
    .optional(),
  DestinationConfig: z
    .object({
      OnFailure: z.object({ Destination: z.string().optional() }).optional(),
      OnSuccess: z
        .undefined({ error: 'Unsupported DestinationConfig parameter for given event source mapping type.' })
        .optional(),
    })
    .optional(),
  FilterCriteria: z.object({ Filters: z.array(filter).max(MAX_FILTERS).default([]) }).optional(),
  SelfManagedEventSource: notSupported,
  SelfManagedKafkaEventSourceConfig: notSupported,
  // The local brokers take IAM alone.
  SourceAccessConfigurations: notSupported,
  DocumentDBEventSourceConfig: ofOtherSources('documentDBEventSourceConfig'),
  ParallelizationFactor: ofOtherSources('parallelizationFactor'),
  Queues: ofOtherSources('queues'),
  ScalingConfig: ofOtherSources('scalingConfig'),
  TumblingWindowInSeconds: ofOtherSources('tumblingWindowInSeconds'),
});

type Properties = z.output<typeof properties>;

/**
 * Reads a mapping's properties. Defaults, limits and rules are AWS's:
 * https://docs.aws.amazon.com/lambda/latest/dg/msk-esm-parameters.html and
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 */
export const eventSourceMappingProperties = properties.check(({ value, issues }) => {
  for (const [path, message] of [...conflicts(value), ...needingProvisionedMode(value)]) {
    issues.push({ code: 'custom', input: value, path: [path], message });
  }
});

/** Whether the mapping has event pollers of its own; an empty configuration stands for on-demand mode. */
export function isProvisioned({ ProvisionedPollerConfig: config = {} }: Properties): boolean {
  return Object.values(config).some((value) => value !== undefined);
}

export function destinationOf({ DestinationConfig }: Properties): string {
  return DestinationConfig?.OnFailure?.Destination ?? '';
}

function* conflicts(mapping: Properties): Generator<[path: string, message: string]> {
  const { StartingPosition, StartingPositionTimestamp: timestamp, ProvisionedPollerConfig, Topics } = mapping;
  if (StartingPosition === 'AT_TIMESTAMP' && timestamp === undefined) {
    yield ['StartingPositionTimestamp', 'is required with AT_TIMESTAMP.'];
  }
  if (StartingPosition !== 'AT_TIMESTAMP' && timestamp !== undefined) {
    yield ['StartingPositionTimestamp', 'needs AT_TIMESTAMP as StartingPosition.'];
  }
  if (timestamp !== undefined && timestamp * 1000 > Date.now()) {
    yield ['StartingPositionTimestamp', 'cannot be in the future.'];
  }
  const { MinimumPollers = 1, MaximumPollers = 200 } = ProvisionedPollerConfig ?? {};
  if (MinimumPollers > MaximumPollers) {
    yield ['ProvisionedPollerConfig', 'MaximumPollers must be greater than or equal to MinimumPollers.'];
  }
  const destination = destinationOf(mapping);
  if (destination === `${KAFKA_DESTINATION}${Topics[0]}`) {
    yield ['DestinationConfig', 'The on-failure topic cannot be the topic of the mapping.'];
  } else if (destination !== '' && ![KAFKA_DESTINATION, S3_DESTINATION].some((form) => destination.startsWith(form))) {
    yield [
      'DestinationConfig',
      `${destination} is not supported by the local runner, only Kafka topics and S3 buckets.`,
    ];
  }
}

/** What is documented for provisioned mode alone: https://docs.aws.amazon.com/lambda/latest/dg/kafka-scaling-modes.html */
function* needingProvisionedMode(mapping: Properties): Generator<[path: string, message: string]> {
  if (isProvisioned(mapping)) return;
  const asked = {
    MaximumRetryAttempts: mapping.MaximumRetryAttempts !== -1,
    MaximumRecordAgeInSeconds: mapping.MaximumRecordAgeInSeconds !== -1,
    BisectBatchOnFunctionError: mapping.BisectBatchOnFunctionError,
    FunctionResponseTypes: mapping.FunctionResponseTypes.length > 0,
    DestinationConfig: destinationOf(mapping).startsWith(KAFKA_DESTINATION),
  };
  for (const [name, isAsked] of Object.entries(asked)) {
    const parameter = name.charAt(0).toLowerCase() + name.slice(1);
    if (isAsked) yield [name, `${unsupported(parameter)} It needs provisioned mode: add ProvisionedPollerConfig.`];
  }
}
