import { type MessageToProduce, type ProduceOptions, Producer } from '@platformatic/kafka';
import { Kafka, logLevel } from 'kafkajs';
import { onTestFinished } from 'vitest';
import { createTopic } from '../../../../tests/support/topics.ts';
import type { Log } from '../../../../tooling/log.ts';
import { silentLog } from '../../../../tooling/log-fixture.ts';
import { plaintextKafka } from '../../msk/kafka-client.ts';
import type { Invoke, InvokeResult } from '../function-definition.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';
import { Poller, type PollerOptions } from './poller.ts';
import { mapping } from './poller-fixture.ts';

export const OK = { payload: 'null' };

export interface Delivered {
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}

type Message = Partial<MessageToProduce> & { readonly partition: number };

/** Topics and pollers on a real broker. @param port of its plaintext listener */
export function pollersOn(port: number) {
  const bootstrapServers = `127.0.0.1:${port}`;
  const connection = plaintextKafka({ clientId: 'test', bootstrapServers });
  const kafka = new Kafka({ brokers: [bootstrapServers], logLevel: logLevel.NOTHING });

  /** @param configs of the topic, such as `max.message.bytes` */
  async function newTopic(numPartitions: number, configs: Record<string, string> = {}) {
    const topic = `t-${crypto.randomUUID()}`;
    await createTopic(kafka, topic, numPartitions, configs);
    /** Sends messages in one request. */
    const send = async (messages: readonly Message[], options: ProduceOptions<Buffer, Buffer, Buffer, Buffer> = {}) => {
      const producer = new Producer(connection);
      try {
        await producer.send({ ...options, messages: messages.map((message) => ({ topic, ...message })) });
      } finally {
        await producer.close();
      }
    };
    const produce = (partition: number, ...values: string[]) =>
      send(values.map((value) => ({ partition, key: Buffer.from('k'), value: Buffer.from(value) })));
    return { topic, produce, send };
  }

  /** A poller whose function keeps what it gets. */
  async function poll(
    topic: string,
    run: (batch: Delivered[]) => Promise<Partial<InvokeResult>> = async () => OK,
    overrides: Partial<EventSourceMappingDefinition> = {},
    log: Log = silentLog,
    more: Partial<PollerOptions> = {},
  ) {
    const delivered: Delivered[] = [];
    const objects: { bucket: string; key: string; body: string }[] = [];
    const invoke: Invoke = async (_name, payload) => {
      const event: { records: Record<string, Delivered[]> } = JSON.parse(payload);
      const batch = Object.values(event.records)
        .flat()
        .map((record) => ({ ...record, value: Buffer.from(record.value ?? '', 'base64').toString() }));
      delivered.push(...batch);
      return { requestId: 'r', executedVersion: '$LATEST', ...OK, ...(await run(batch)) };
    };
    const poller = new Poller({
      mapping: mapping({ topic, consumerGroupId: `group-${topic}`, ...overrides }),
      kafka: connection,
      bootstrapServers,
      invoke,
      putObject: async (bucket, key, body) => void objects.push({ bucket, key, body }),
      log,
      ...more,
    });
    onTestFinished(() => poller.stop());
    await poller.start();
    return { delivered, objects, values: () => delivered.map(({ value }) => value), stop: () => poller.stop() };
  }

  return { connection, kafka, newTopic, poll };
}
