import { type Admin, Kafka } from 'kafkajs';
import type { Log } from '../../domain/ports.ts';
import { type KafkaSettings, kafkaConfig } from './client.ts';
import { LastingConnection } from './lasting-connection.ts';

const CHECK_TIMEOUT_MS = 2_000;

export class KafkaTopicProbe {
  readonly #topic: string;
  readonly #connection: LastingConnection<Admin>;

  constructor(settings: KafkaSettings & { readonly topic: string }, log: Log) {
    this.#topic = settings.topic;
    const kafka = new Kafka(kafkaConfig(settings, log));
    this.#connection = new LastingConnection(() => kafka.admin(), log);
  }

  /** Resolves when a broker describes the topic and every partition of it has a leader. */
  async check(): Promise<void> {
    await this.#connection.use(CHECK_TIMEOUT_MS, 'Describing the topic', async (admin) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [this.#topic] });
      const leaderless = topics.flatMap(({ partitions }) => partitions).filter(({ leader }) => leader < 0);
      if (leaderless.length > 0) throw new Error(`${leaderless.length} partitions of ${this.#topic} have no leader.`);
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
