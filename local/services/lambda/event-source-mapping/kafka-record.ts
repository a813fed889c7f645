import type { KafkaMessage } from 'kafkajs';

/** One record of a partition. */
export interface KafkaRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly timestampType: 'CREATE_TIME' | 'LOG_APPEND_TIME';
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [name: string, value: Buffer])[];
}

/** Decoded messages carry the attributes of their record batch, which KafkaJS's types leave out. */
type DecodedMessage = KafkaMessage & { readonly batchContext?: { readonly timestampType?: number } };
const LOG_APPEND_TIME = 1;

/** A record as KafkaJS decodes it. */
export function recordOf(topic: string, partition: number, message: KafkaMessage): KafkaRecord {
  const { batchContext } = message as DecodedMessage;
  return {
    topic,
    partition,
    offset: Number(message.offset),
    timestamp: Number(message.timestamp),
    timestampType: batchContext?.timestampType === LOG_APPEND_TIME ? 'LOG_APPEND_TIME' : 'CREATE_TIME',
    key: message.key,
    value: message.value,
    headers: Object.entries(message.headers ?? {}).flatMap(([name, values]) =>
      [values].flat().map((value) => [name, Buffer.from(value ?? '')] as const),
    ),
  };
}
