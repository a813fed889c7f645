import { Admin } from '@platformatic/kafka';
import { Poller, type PutObject } from '../../local/services/lambda/event-source-mapping/poller.ts';
import type { Invoke } from '../../local/services/lambda/function-definition.ts';
import { functionName } from '../../local/services/lambda/function-name.ts';
import { guarded, type KafkaConnection, plaintextKafka, reasonOf } from '../../local/services/msk/kafka-client.ts';
import type { Log } from '../../tooling/log.ts';
import { isListening } from '../../tooling/ports.ts';
import type { SourcedMapping } from './assembly-watch.ts';

interface Running {
  readonly what: string;
  stop(): Promise<void>;
}

interface Obstacle {
  readonly lacks: 'topic' | 'brokers';
  readonly reason: string;
}

export class MappingPollers {
  readonly #invoke: Invoke;
  readonly #putObject: PutObject;
  readonly #log: Log;
  /** By the mapping as JSON: a changed one is another. */
  readonly #running = new Map<string, Running>();
  /** What each of the others lacks; logged once. */
  readonly #waiting = new Map<string, Obstacle['lacks']>();

  constructor(invoke: Invoke, putObject: PutObject, log: Log) {
    this.#invoke = invoke;
    this.#putObject = putObject;
    this.#log = log;
  }

  /** Ends the pollers of mappings that have changed or gone and starts new ones. Where the topic is missing, the next call tries. */
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
    const kafka = plaintextKafka({ clientId: 'event-source-mapping', bootstrapServers });
    const obstacle = await findObstacle(kafka, bootstrapServers, mapping.topic);
    if (obstacle !== undefined) {
      if (this.#waiting.get(key) !== obstacle.lacks) this.#log.info(`${what}: waiting, because ${obstacle.reason}`);
      this.#waiting.set(key, obstacle.lacks);
      return;
    }
    this.#waiting.delete(key);
    this.#log.info('%s: starting, as group %s', what, mapping.consumerGroupId);
    const poller = new Poller({
      mapping,
      kafka,
      bootstrapServers,
      invoke: this.#invoke,
      putObject: this.#putObject,
      log: this.#log,
    });
    this.#running.set(key, { what, stop: () => poller.stop() });
    await poller.start();
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

async function findObstacle(
  kafka: KafkaConnection,
  bootstrapServers: string,
  topic: string,
): Promise<Obstacle | undefined> {
  // The library would try several times.
  const brokers = await Promise.all(bootstrapServers.split(',').map(isListening));
  if (!brokers.includes(true)) return { lacks: 'brokers', reason: `Kafka does not respond at ${bootstrapServers}` };
  const admin = guarded(new Admin(kafka));
  try {
    if ((await admin.listTopics()).includes(topic)) return undefined;
    return { lacks: 'topic', reason: 'its topic does not exist yet: `npm run localstack -- deploy` creates it' };
  } catch (error) {
    return { lacks: 'brokers', reason: `Kafka does not respond: ${reasonOf(error)}` };
  } finally {
    await admin.close();
  }
}
