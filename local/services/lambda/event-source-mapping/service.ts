import { z } from 'zod';
import { arnOf, qualifiedFunctionArn } from '../../../aws-identity.ts';
import type { Msk } from '../../msk/service.ts';
import { resourceUuid } from '../../physical-names.ts';
import { boolean, created, notSupported, provider, type ResourceProviders } from '../../provider.ts';
import { type Run, type Service, stopAll } from '../../service.ts';
import type { Invoke } from '../function-definition.ts';
import type { Lambda } from '../service.ts';
import type { EventSourceMappingDefinition } from './event-source-mapping.ts';
import { startPoller } from './poller.ts';

const KAFKA_DESTINATION = 'kafka://';

const properties = z.object({
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

/**
 * An event source mapping as its properties declare it, with every reference resolved; undefined for one that is disabled.
 * Defaults as on AWS: https://docs.aws.amazon.com/lambda/latest/dg/msk-esm-parameters.html
 *
 * @throws ZodError for properties that are not supported
 */
export function eventSourceMappingOf(declared: unknown, uuid: string): EventSourceMappingDefinition | undefined {
  return definitionOf(properties.parse(declared), uuid);
}

/** Lambda's event source mappings: Kafka consumers that invoke functions. */
export class EventSourceMappings implements Service {
  readonly mappings: EventSourceMappingDefinition[] = [];
  readonly #run: Pick<Run, 'log'>;
  readonly #lambda: Pick<Lambda, 'roleOf' | 'invoke'>;
  readonly #msk: Pick<Msk, 'connectAs'>;
  readonly #pollers: Required<Pick<Service, 'stop'>>[] = [];

  constructor(run: Pick<Run, 'log'>, lambda: Pick<Lambda, 'roleOf' | 'invoke'>, msk: Pick<Msk, 'connectAs'>) {
    this.#run = run;
    this.#lambda = lambda;
    this.#msk = msk;
  }

  readonly resources: ResourceProviders = {
    'AWS::Lambda::EventSourceMapping': provider(
      'a Kafka consumer that invokes the function',
      properties,
      (mapping, request) => {
        const uuid = resourceUuid(request);
        const definition = definitionOf(mapping, uuid);
        if (definition) this.mappings.push(definition);
        return created(uuid, { Id: uuid, EventSourceMappingArn: arnOf('lambda', `event-source-mapping:${uuid}`) });
      },
    ),
  };

  /** Starts the pollers: all functions and topics exist. */
  async start(): Promise<void> {
    await Promise.all(this.mappings.map((mapping) => this.#poll(mapping)));
  }

  async stop(): Promise<void> {
    await stopAll(this.#pollers);
  }

  async #poll(mapping: EventSourceMappingDefinition): Promise<void> {
    const log = this.#run.log.child('poller');
    const role = this.#lambda.roleOf(mapping.functionArn);
    const connection = await this.#msk.connectAs(role, mapping.eventSourceArn, log);
    const invoke: Invoke = (...call) => this.#lambda.invoke(...call);
    this.#pollers.push(await startPoller({ mapping, ...connection, invoke, log }));
  }
}

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
