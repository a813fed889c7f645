import { type Kafka, Partitioners, type Producer } from 'kafkajs';

export interface FailureMessage {
  readonly key: Buffer | null;
  readonly value: string;
}

/** Sends given-up records to the on-failure topic; connects when the first one comes. */
export class FailureTopic {
  readonly #kafka: Kafka;
  readonly #topic: string;
  #producer: Promise<Producer> | undefined;

  constructor(kafka: Kafka, topic: string) {
    this.#kafka = kafka;
    this.#topic = topic;
  }

  /** @throws the client's error when the messages were not stored by all in-sync replicas */
  async send(messages: FailureMessage[]): Promise<void> {
    this.#producer ??= this.#connect();
    const producer = await this.#producer;
    await producer.send({ topic: this.#topic, acks: -1, messages });
  }

  async stop(): Promise<void> {
    await (await this.#producer)?.disconnect();
  }

  async #connect(): Promise<Producer> {
    const createPartitioner = Partitioners.DefaultPartitioner;
    const producer = this.#kafka.producer({ createPartitioner, allowAutoTopicCreation: false });
    try {
      await producer.connect();
      return producer;
    } catch (error) {
      this.#producer = undefined;
      throw error;
    }
  }
}
