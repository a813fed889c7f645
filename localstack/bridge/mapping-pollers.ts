import { functionName } from '../../local/aws-identity.ts';
import type { Invoke } from '../../local/lambda/function-definition.ts';
import type { Log } from '../../local/log.ts';
import { startPoller } from '../../local/poller/poller.ts';
import { plaintextKafka } from '../../local/resources/plaintext-kafka.ts';
import type { SourcedMapping } from './assembly-watch.ts';

interface Running {
  readonly what: string;
  stop(): Promise<void>;
}

/** The pollers of the mappings that there are. */
export class MappingPollers {
  readonly #invoke: Invoke;
  readonly #log: Log;
  /** By everything that says how a mapping runs. */
  readonly #running = new Map<string, Running>();

  constructor(invoke: Invoke, log: Log) {
    this.#invoke = invoke;
    this.#log = log;
  }

  /** Ends the pollers of mappings that have changed or gone, and starts those of new ones; the others go on undisturbed. */
  async follow(mappings: readonly SourcedMapping[]): Promise<void> {
    const wanted = new Map(mappings.map((mapping) => [JSON.stringify(mapping), mapping]));
    await this.#end([...this.#running.keys()].filter((key) => !wanted.has(key)));
    const fresh = [...wanted].filter(([key]) => !this.#running.has(key));
    await Promise.all(fresh.map(async ([key, mapping]) => this.#running.set(key, await this.#start(mapping))));
  }

  async stop(): Promise<void> {
    await this.#end([...this.#running.keys()]);
  }

  async #start({ mapping, bootstrapServers }: SourcedMapping): Promise<Running> {
    const what = `${mapping.topic} to ${functionName(mapping.functionArn)}`;
    this.#log.info('%s: starts, as group %s', what, mapping.consumerGroupId);
    const poller = await startPoller({
      mapping,
      kafka: plaintextKafka({ clientId: 'event-source-mapping', bootstrapServers, log: this.#log }),
      bootstrapServers,
      invoke: this.#invoke,
      log: this.#log,
    });
    return { what, stop: () => poller.stop() };
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
