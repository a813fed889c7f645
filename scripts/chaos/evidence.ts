/** An order as its shard holds it. */
export interface StoredOrder {
  readonly id: string;
  /** Name of the database. */
  readonly database: string;
  readonly userId: string;
  readonly productName: string;
  readonly quantity: number;
  readonly price: number;
  readonly status: string;
  /** RFC 3339 */
  readonly createdAt: string;
}

/** A record of a topic. */
export interface TopicRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string;
  /** The CloudEvents header `ce_id`. */
  readonly eventId: string;
}

/** All that can be found from outside once nothing is under way any more. */
export interface Evidence {
  readonly rows: readonly StoredOrder[];
  readonly outboxRows: number;
  /** Texts by key in the bucket. */
  readonly receipts: ReadonlyMap<string, string>;
  /** In each partition in the order of their offsets. */
  readonly events: readonly TopicRecord[];
  readonly confirmations: readonly TopicRecord[];
}
