import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { onTestFinished } from 'vitest';
import { createTopic } from '../../../../tests/support/topics.ts';
import { silentLog } from '../../../../tooling/log-fixture.ts';
import type { Invoke, InvokeResult } from '../function-definition.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';
import { Poller } from './poller.ts';
import { mapping } from './poller-fixture.ts';

export const OK = { payload: 'null' };

export interface Delivered {
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}

/** Topics and pollers on a real broker. @param port of its plaintext listener */
export function pollersOn(port: number) {
  const kafka = new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING });

  async function newTopic(numPartitions: number) {
    const topic = `t-${crypto.randomUUID()}`;
    await createTopic(kafka, topic, numPartitions);
    const produce = async (partition: number, ...values: string[]) => {
      const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      await producer.send({ topic, messages: values.map((value) => ({ partition, key: 'k', value })) });
      await producer.disconnect();
    };
    return { topic, produce };
  }

  /** A poller whose function keeps what it gets. */
  async function poll(
    topic: string,
    run: (batch: Delivered[]) => Promise<Partial<InvokeResult>> = async () => OK,
    overrides: Partial<EventSourceMappingDefinition> = {},
  ) {
    const delivered: Delivered[] = [];
    const invoke: Invoke = async (_name, payload) => {
      const event: { records: Record<string, Delivered[]> } = JSON.parse(payload);
      const batch = Object.values(event.records)
        .flat()
        .map(({ partition, offset, value }) => ({ partition, offset, value: Buffer.from(value, 'base64').toString() }));
      delivered.push(...batch);
      return { requestId: 'r', executedVersion: '$LATEST', ...OK, ...(await run(batch)) };
    };
    const poller = new Poller({
      mapping: mapping({ topic, consumerGroupId: `group-${topic}`, ...overrides }),
      kafka,
      bootstrapServers: `127.0.0.1:${port}`,
      invoke,
      log: silentLog,
    });
    onTestFinished(() => poller.stop());
    await poller.start();
    return { delivered, values: () => delivered.map(({ value }) => value), stop: () => poller.stop() };
  }

  return { kafka, newTopic, poll };
}
