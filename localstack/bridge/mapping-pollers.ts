import type { Kafka } from 'kafkajs';
import { functionName } from '../../local/aws-identity.ts';
import { startPoller } from '../../local/services/lambda/event-source-mapping/poller.ts';
import type { Invoke } from '../../local/services/lambda/function-definition.ts';
import { plaintextKafka } from '../../local/services/msk/kafka-client.ts';
import type { Log } from '../../tooling/log.ts';
import { isListening } from '../../tooling/ports.ts';
import type { SourcedMapping } from './assembly-watch.ts';

interface Running {
  readonly what: string;
  stop(): Promise<void>;
}

/** What keeps a mapping from being run. */
interface Obstacle {
  readonly lacks: 'topic' | 'brokers';
  readonly reason: string;
}

/** The pollers of the mappings that there are. */
export class MappingPollers {
  readonly #invoke: Invoke;
  readonly #log: Log;
  /** By everything that says how a mapping runs. */
  readonly #running = new Map<string, Running>();
  /** What each of the others lacks, which is said once. */
  readonly #waiting = new Map<string, Obstacle['lacks']>();

  constructor(invoke: Invoke, log: Log) {
    this.#invoke = invoke;
    this.#log = log;
  }

  /**
   * Ends the pollers of mappings that have changed or gone, and starts those of new ones; the others go on undisturbed. A
   * mapping whose topic is not there yet is left to the next call.
   */
  async follow(mappings: readonly SourcedMapping[]): Promise<void> {
    const wanted = new Map(mappings.map((mapping) => [JSON.stringify(mapping), mapping]));
    await this.#end([...this.#running.keys()].filter((key) => !wanted.has(key)));
    for (const key of this.#waiting.keys()) if (!wanted.has(key)) this.#waiting.delete(key);
    const idle = [...wanted].filter(([key]) => !this.#running.has(key));
    await Promise.all(idle.map(([key, mapping]) => this.#startOrWait(key, mapping)));
  }

  async stop(): Promise<void> {
    await this.#end([...this.#running.keys()]);
  }

  async #startOrWait(key: string, { mapping, bootstrapServers }: SourcedMapping): Promise<void> {
    const what = `${mapping.topic} to ${functionName(mapping.functionArn)}`;
    const kafka = plaintextKafka({ clientId: 'event-source-mapping', bootstrapServers, log: this.#log });
    const obstacle = await findObstacle(kafka, bootstrapServers, mapping.topic);
    if (obstacle !== undefined) {
      if (this.#waiting.get(key) !== obstacle.lacks) this.#log.info(`${what}: waits, since ${obstacle.reason}`);
      this.#waiting.set(key, obstacle.lacks);
      return;
    }
    this.#waiting.delete(key);
    this.#log.info('%s: starts, as group %s', what, mapping.consumerGroupId);
    const poller = await startPoller({ mapping, kafka, bootstrapServers, invoke: this.#invoke, log: this.#log });
    this.#running.set(key, { what, stop: () => poller.stop() });
  }

  async #end(keys: readonly string[]): Promise<void> {
    await Promise.all(
      keys.map(async (key) => {
        const running = this.#running.get(key);
        await running?.stop();
        this.#running.delete(key);
        this.#log.info('%s: stopped', running?.what);
      }),
    );
  }
}

/** Looks whether a topic can be read; it is looked for again soon. */
async function findObstacle(kafka: Kafka, bootstrapServers: string, topic: string): Promise<Obstacle | undefined> {
  // Asked first, since KafkaJS would try for long.
  const brokers = await Promise.all(bootstrapServers.split(',').map(isListening));
  if (!brokers.includes(true)) return { lacks: 'brokers', reason: `Kafka does not answer at ${bootstrapServers}` };
  const admin = kafka.admin();
  try {
    await admin.connect();
    if ((await admin.listTopics()).includes(topic)) return undefined;
    return { lacks: 'topic', reason: 'its topic is not there yet: `npm run localstack -- deploy` creates it' };
  } catch (error) {
    return { lacks: 'brokers', reason: `Kafka does not answer: ${(error as Error).message}` };
  } finally {
    await admin.disconnect();
  }
}
