/** A record as a topic keeps it. */
export interface TopicRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: Date;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** A record to be written. */
export interface TopicMessage {
  /** Records of one key stay in order. */
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  /** Where to; by the key when it is not said. */
  readonly partition?: number;
  readonly headers?: Readonly<Record<string, Buffer | string | (Buffer | string)[]>>;
}

/** Reads topics as a whole. */
export interface TopicReader {
  /**
   * Shows every record that the topics hold at this moment, each partition's oldest first. A record may be shown twice.
   *
   * @param visit must not throw
   */
  readToEnd(topics: readonly string[], visit: (record: TopicRecord) => void): Promise<void>;
}

/** Writes to one topic. */
export interface TopicWriter {
  /** Connects, so that a write that follows does not pay for it; rejects when the topic cannot be reached. */
  warmUp(): Promise<void>;
  /** Resolves once the messages are kept by as many brokers as the topic asks for. */
  send(messages: readonly TopicMessage[]): Promise<void>;
}
