import { type Cluster, ClusterClient } from 'kafkajs/src/clusterClient.js';
import type { Log } from '../../domain/ports.ts';
import { type KafkaSettings, kafkaConfig } from './client.ts';
import { LastingConnection } from './lasting-connection.ts';

const CHECK_TIMEOUT_MS = 2_000;

export class KafkaTopicProbe {
  readonly #topic: string;
  readonly #connection: LastingConnection<Cluster>;

  constructor(settings: KafkaSettings & { readonly topic: string }, log: Log) {
    this.#topic = settings.topic;
    const kafka = new ClusterClient(kafkaConfig(settings, log));
    this.#connection = new LastingConnection(() => kafka.cluster(), log);
  }

  /** Resolves when a broker describes the topic and every partition of it has a leader. */
  async check(): Promise<void> {
    await this.#connection.use(CHECK_TIMEOUT_MS, 'Describing the topic', async (cluster) => {
      const { topicMetadata } = await cluster.metadata({ topics: [this.#topic] });
      const leaderless = topicMetadata
        .flatMap(({ partitionMetadata }) => partitionMetadata)
        .filter(({ leader }) => leader < 0);
      if (leaderless.length > 0) throw new Error(`${leaderless.length} partitions of ${this.#topic} have no leader.`);
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
