import type { Log } from '../../../../tooling/log.ts';
import { arnOf } from '../../../aws-identity.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';
import { KAFKA_DESTINATION, S3_DESTINATION } from './mapping-properties.ts';

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetEventSourceMapping.html */
type State = 'Creating' | 'Enabling' | 'Enabled' | 'Disabling' | 'Disabled';

/** What runs while a mapping is enabled. */
export interface RunningPoller {
  stop(): Promise<void>;
}

/** @param report takes the mapping's last result, as the API tells it */
export type StartPoller = (
  definition: EventSourceMappingDefinition,
  report: (result: string) => void,
) => Promise<RunningPoller>;

/** An event source mapping that can be switched on and off, and tells its state. */
export class EventSourceMapping {
  readonly definition: EventSourceMappingDefinition;
  readonly #log: Log;
  #state: State = 'Creating';
  #lastModified = Date.now();
  #lastResult = 'No records processed';
  #startPoller: StartPoller | undefined;
  #poller: RunningPoller | undefined;
  /** Switches follow one another. */
  #switching: Promise<void> = Promise.resolve();

  constructor(definition: EventSourceMappingDefinition, log: Log) {
    this.definition = definition;
    this.#log = log;
  }

  get arn(): string {
    return arnOf('lambda', `event-source-mapping:${this.definition.uuid}`);
  }

  /** Begins to work, if the template has it enabled and it has not begun yet. @param startPoller also used whenever it is enabled again */
  async start(startPoller: StartPoller): Promise<void> {
    if (this.#startPoller) return;
    this.#startPoller = startPoller;
    this.#switch(this.definition.enabled);
    await this.#switching;
  }

  /** Switches it on or off; that takes a moment. */
  setEnabled(enabled: boolean): void {
    this.#lastModified = Date.now();
    this.#switch(enabled);
    this.#switching.catch((error: Error) => this.#log.error(`${this.arn}: ${error.message}`));
  }

  async stop(): Promise<void> {
    this.#startPoller = undefined;
    await this.#switching.catch(() => {});
    await this.#poller?.stop();
  }

  /** Its description in the form of AWS, as far as it is documented or recorded. */
  describe() {
    const { definition } = this;
    const { startingPosition, batchingWindowSeconds, pollers, filterPatterns } = definition;
    const destination = definition.onFailureTopic ?? definition.onFailureBucket;
    const scheme = definition.onFailureTopic === undefined ? S3_DESTINATION : KAFKA_DESTINATION;
    return {
      UUID: definition.uuid,
      EventSourceMappingArn: this.arn,
      EventSourceArn: definition.eventSourceArn,
      FunctionArn: definition.functionArn,
      Topics: [definition.topic],
      AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: definition.consumerGroupId },
      ...(typeof startingPosition === 'number'
        ? { StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: startingPosition }
        : { StartingPosition: startingPosition }),
      BatchSize: definition.batchSize,
      ...(Number.isInteger(batchingWindowSeconds) && { MaximumBatchingWindowInSeconds: batchingWindowSeconds }),
      ...(filterPatterns.length > 0 && { FilterCriteria: { Filters: filterPatterns.map((Pattern) => ({ Pattern })) } }),
      ...(destination !== undefined && { DestinationConfig: { OnFailure: { Destination: scheme + destination } } }),
      ...(pollers && {
        ProvisionedPollerConfig: {
          MinimumPollers: pollers.minimum,
          MaximumPollers: pollers.maximum,
          ...(pollers.group !== undefined && { PollerGroupName: pollers.group }),
        },
        MaximumRetryAttempts: definition.maximumRetryAttempts,
        MaximumRecordAgeInSeconds: definition.maximumRecordAgeInSeconds,
        BisectBatchOnFunctionError: definition.bisectBatchOnFunctionError,
        FunctionResponseTypes: definition.reportBatchItemFailures ? ['ReportBatchItemFailures'] : [],
      }),
      State: this.#state,
      StateTransitionReason: 'USER_INITIATED',
      LastModified: this.#lastModified / 1000,
      LastProcessingResult: this.#lastResult,
    };
  }

  #switch(enabled: boolean): void {
    if (this.#state !== 'Creating') this.#state = enabled ? 'Enabling' : 'Disabling';
    this.#switching = this.#switching.catch(() => {}).then(() => (enabled ? this.#enable() : this.#disable()));
  }

  async #enable(): Promise<void> {
    const report = (result: string) => {
      this.#lastResult = result;
    };
    this.#poller ??= await this.#startPoller?.(this.definition, report);
    this.#state = 'Enabled';
  }

  async #disable(): Promise<void> {
    await this.#poller?.stop();
    this.#poller = undefined;
    this.#state = 'Disabled';
  }
}
