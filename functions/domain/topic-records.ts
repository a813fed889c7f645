export interface TopicRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** In milliseconds since 1970, as its producer or the broker wrote it: any whole number, also one beyond all dates. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Why it cannot be decoded. Then it stands for a batch of records, at the offset of the last, without key and value. */
  readonly undecodable?: string;
}

export interface TopicMessage {
  /** Messages of one key stay in order. */
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  /** By key, if undefined. */
  readonly partition?: number;
  readonly headers?: Readonly<Record<string, Buffer | string | (Buffer | string)[]>>;
}

export interface TopicReader {
  /** Visits every record that the topics hold now, oldest first per partition, some twice. @param visit must not throw */
  readToEnd(topics: readonly string[], visit: (record: TopicRecord) => void): Promise<void>;
}

export interface TopicWriter {
  /** Connects, so that the first write does not have to; rejects when the topic cannot be reached. */
  warmUp(): Promise<void>;
  /** Resolves once as many brokers have the messages as the topic asks for. */
  send(messages: readonly TopicMessage[]): Promise<unknown>;
}
