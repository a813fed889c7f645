import {
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { operatorConfig } from '../../../local/aws-identity.ts';
import { pollWithin } from '../../../tooling/timing.ts';
import type { OwnAddresses } from '../../own-addresses.ts';

const SWITCHED_WITHIN_MS = 120_000;

/** The event source mappings of a run, with how far each has got. */
export class Mappings implements AsyncDisposable {
  readonly #lambda: LambdaClient;
  readonly #admin: Admin;
  readonly #byTopic: ReadonlyMap<string, EventSourceMappingConfiguration>;

  private constructor(lambda: LambdaClient, admin: Admin, mappings: readonly EventSourceMappingConfiguration[]) {
    this.#lambda = lambda;
    this.#admin = admin;
    this.#byTopic = new Map(mappings.map((mapping) => [mapping.Topics?.[0] ?? '', mapping]));
  }

  static async open({ aws, kafka }: OwnAddresses): Promise<Mappings> {
    const lambda = new LambdaClient(operatorConfig(aws));
    const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({}));
    const admin = new Kafka({ brokers: [kafka], logLevel: logLevel.ERROR }).admin();
    await admin.connect();
    return new Mappings(lambda, admin, EventSourceMappings);
  }

  /** Switches the mappings of topics on or off, and waits until they are. */
  async switch(topics: readonly string[], Enabled: boolean): Promise<void> {
    const state = Enabled ? 'Enabled' : 'Disabled';
    for (const topic of topics) {
      const { UUID } = this.#of(topic);
      await this.#lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
      const isSwitched = async () => {
        const { State } = await this.#lambda.send(new GetEventSourceMappingCommand({ UUID }));
        return State === state;
      };
      if (!(await pollWithin(SWITCHED_WITHIN_MS, isSwitched)))
        throw new Error(`The mapping of ${topic} is not ${state}.`);
    }
  }

  /** How many records of a topic its mapping has not committed yet. */
  async lag(topic: string): Promise<number> {
    const groupId = this.#of(topic).AmazonManagedKafkaEventSourceConfig?.ConsumerGroupId ?? '';
    const [[group], ends] = await Promise.all([
      this.#admin.fetchOffsets({ groupId, topics: [topic] }),
      this.#admin.fetchTopicOffsets(topic),
    ]);
    const committed = new Map(group?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    return ends.reduce(
      (sum, { partition, high }) => sum + Number(high) - Math.max(0, committed.get(partition) ?? 0),
      0,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin.disconnect();
  }

  #of(topic: string): EventSourceMappingConfiguration {
    const mapping = this.#byTopic.get(topic);
    if (mapping === undefined) throw new Error(`There is no mapping of ${topic}.`);
    return mapping;
  }
}
