import { type Kafka, Partitioners, type Producer } from 'kafkajs';
import type { Step } from './delivery.ts';
import { type KafkaRecord, kafkaEvent } from './kafka-event.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';

export interface FailureMessage {
  readonly key: Buffer | null;
  readonly value: string;
}

/** Sends discarded records to the on-failure topic. Connects when the first one comes. */
export class OnFailureTopic {
  readonly #kafka: Kafka;
  readonly #topic: string;
  #producer: Promise<Producer> | undefined;

  constructor(kafka: Kafka, topic: string) {
    this.#kafka = kafka;
    this.#topic = topic;
  }

  /** @throws the client's error unless all in-sync replicas have stored the messages */
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

type Discard = Extract<Step, { kind: 'discard' }>;

/** The message for one discarded record: https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure-destination.html */
export function failureMessage(
  mapping: EventSourceMappingDefinition,
  bootstrapServers: string,
  record: KafkaRecord,
  { condition, invocations, lastInvocation }: Omit<Discard, 'kind' | 'records'>,
  now: Date,
): string {
  const payload = kafkaEvent(mapping, bootstrapServers, [record]);
  return JSON.stringify({
    requestContext: {
      requestId: lastInvocation?.requestId ?? null,
      functionArn: mapping.functionArn,
      condition,
      approximateInvokeCount: invocations,
    },
    responseContext: lastInvocation
      ? {
          statusCode: 200,
          executedVersion: lastInvocation.executedVersion,
          functionError: lastInvocation.functionError ?? null,
        }
      : null,
    version: '1.0',
    timestamp: now.toISOString(),
    KafkaBatchInfo: {
      batchSize: 1,
      eventSourceArn: mapping.eventSourceArn,
      bootstrapServers,
      payloadSize: Buffer.byteLength(JSON.stringify(payload)),
      recordInfo: { offset: String(record.offset), timestamp: new Date(record.timestamp).toISOString() },
    },
    payload,
  });
}
