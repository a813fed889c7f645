// When receipt and event of an order are delivered: first by the request that placed it, then by the relay.

/** A request delivers its order within this time; until then a replay leaves it alone. */
export const REQUEST_DELIVERY_SECONDS = 3;

/**
 * An event outstanding for longer holds back later ones of its user. Longer than a request takes to deliver: two quick orders
 * must not delay each other.
 */
export const HOLD_BACK_AFTER_SECONDS = 5;

/** After this time the relay takes over what a request left undone. */
export const RELAY_AFTER_SECONDS = 30;

/** Runs of the relay must rarely overlap. */
export const RELAY_RUN = {
  everySeconds: 60,
  timeoutSeconds: 55,
  /** No batch is begun later than this after the start, so that it can end in time. */
  beginBatchesSeconds: 45,
  /** As many events as one request to Kafka takes. */
  ordersOfBatch: 400,
} as const;

/**
 * What the relay failed to deliver is due again after a share of its age: soon after an outage of minutes, rarely after one of
 * days. Never sooner than a delivery takes, since another run may still be at it: so long its rows are leased, and their user does
 * not move to another shard.
 */
export const RELAY_RETRY = { shareOfAge: 1 / 4, atLeastSeconds: 50, atMostSeconds: 30 * 60 } as const;

/** Receipts that take longer wait until all events are published, so that a slow bucket does not delay those. */
export const RECEIPTS_OF_BATCH_SECONDS = 2;

/**
 * Whoever has an order in hand may store its receipt until then, and no later: longer than any function that does may run. infra/stacks
 * has a test of that.
 */
export const RECEIPT_STORED_WITHIN_SECONDS = 60;
