/** The Kafka topics, by name. */
export const TOPICS = {
  /** `order.created`, keyed by user. */
  orders: 'orders',
  /** `order.confirmed`: shard N's in partition N - 1, so that a shard that is down delays only its own. */
  orderConfirmations: 'order-confirmations',
  /** Records of `orders` that no attempt could process, as Lambda reports them. */
  ordersDlt: 'orders-dlt',
  /** Which of those have been replayed or dropped. The latest note on each is kept for ever, longer than its record. */
  ordersDltHandled: 'orders-dlt-handled',
} as const;

export const CONSUMER_GROUPS = {
  /** consume-orders, on `orders`. */
  orders: 'order-consumer-group',
  /** confirm-orders, on `order-confirmations`. */
  orderConfirmations: 'order-confirmation-group',
  /** dlt, on both dead-letter topics. */
  deadLetters: 'order-dlt-group',
} as const;
