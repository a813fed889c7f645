import { findErrorBy, ProduceAcks, Producer } from '@platformatic/kafka';
import type { Log } from '../../../../tooling/log.ts';
import { guarded, type KafkaConnection } from '../../msk/service.ts';
import { type FailureMessage, failureMessage } from './failure-message.ts';
import type { Discard, FailureDestination } from './failure-record.ts';
import { partitionName } from './kafka-event.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';
import { hashOfKey } from './murmur2.ts';

/**
 * What one request holds, unless a single message is larger: a broker takes the messages of a request for one batch, and
 * compares that with the topic's `max.message.bytes`, 1 MB by default.
 */
const REQUEST_BYTES = 900 * 1024;
const TOO_LARGE = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];

interface Letter {
  readonly about: FailureMessage;
  readonly key: Buffer | null;
  readonly value: Buffer;
}

export interface OnFailureTopicOptions {
  readonly mapping: EventSourceMappingDefinition;
  readonly bootstrapServers: string;
  readonly kafka: KafkaConnection;
  readonly log: Log;
}

/** Sends discarded records to the on-failure topic, one message for each. */
export class OnFailureTopic implements FailureDestination {
  readonly #producer: Producer;
  readonly #topic: string;
  readonly #options: OnFailureTopicOptions;

  constructor(topic: string, options: OnFailureTopicOptions) {
    let unkeyed = 0;
    const partitioner = (_: unknown, key?: Buffer) => (key ? hashOfKey(key) : unkeyed++);
    this.#producer = guarded(new Producer({ ...options.kafka, partitioner }));
    this.#topic = topic;
    this.#options = options;
  }

  /**
   * Stores all messages. One that is too large for the topic goes without its payload, then without its key, and the log says so.
   *
   * @throws the library's error unless all in-sync replicas have stored the messages
   */
  async send(discard: Discard): Promise<void> {
    const { mapping, bootstrapServers } = this.#options;
    const now = new Date();
    const letters = discard.records.map((record) => {
      const about = failureMessage(mapping, bootstrapServers, record, discard, now);
      return { about, key: about.key, value: about.whole ?? about.metadata };
    });
    for (const group of inRequests(letters)) await this.#sendOrReduce(group);
  }

  async stop(): Promise<void> {
    await this.#producer.close();
  }

  async #sendOrReduce(letters: readonly Letter[]): Promise<void> {
    try {
      await this.#produce(letters);
    } catch (error) {
      const [letter, ...others] = letters;
      if (!letter || !TOO_LARGE.some((id) => findErrorBy(error as Error, 'apiId', id))) throw error;
      // Which of them is too large, only a request of its own tells.
      if (others.length > 0) for (const each of letters) await this.#sendOrReduce([each]);
      else await this.#sendReduced(letter);
    }
  }

  async #sendReduced({ about, key, value }: Letter): Promise<void> {
    const tooLarge = `${partitionName(about)} offset ${about.offset} is too large for ${this.#topic}`;
    if (value !== about.metadata) {
      this.#options.log.warn(`${tooLarge}: its message goes there without the payload.`);
      await this.#sendOrReduce([{ about, key, value: about.metadata }]);
    } else if (key !== null) {
      this.#options.log.warn(`${tooLarge} with its key: its message goes there without the key, too.`);
      await this.#sendOrReduce([{ about, key: null, value }]);
    } else {
      this.#options.log.error(`${tooLarge} even as metadata, and is lost. Raise max.message.bytes of that topic.`);
    }
  }

  async #produce(letters: readonly Letter[]): Promise<void> {
    const topic = this.#topic;
    const messages = letters.map(({ key, value }) => ({ topic, value, ...(key && { key }) }));
    await this.#producer.send({ acks: ProduceAcks.ALL, messages });
  }
}

/** Cuts a list of letters into what may go in one request each. */
function inRequests(letters: readonly Letter[]): Letter[][] {
  const requests: Letter[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const letter of letters) {
    const size = letter.value.length + (letter.key?.length ?? 0) + 100;
    bytes += size;
    if (bytes > REQUEST_BYTES) {
      requests.push([]);
      bytes = size;
    }
    requests.at(-1)?.push(letter);
  }
  return requests;
}
