// When the receipt and the event of an order are delivered, and by whom: first by the request that placed the order, then by
// the relay. All times are in seconds.

/**
 * The request that placed an order is done with its delivery after this time. Until then a replay of the request leaves it to
 * the first one.
 */
export const REQUEST_DELIVERY_SECONDS = 3;

/**
 * An event that is outstanding for longer holds back later events of its user, so that they stay in order. Longer than the
 * delivery by a request: two quick orders must not delay each other.
 */
export const HOLD_BACK_AFTER_SECONDS = 5;

/** After this time the relay takes over what a request left undone; long after that request has ended. */
export const RELAY_AFTER_SECONDS = 30;

/** The relay's runs. They must rarely overlap, and a batch that was begun needs time to end. */
export const RELAY_RUN = {
  everySeconds: 60,
  timeoutSeconds: 55,
  /** No batch is begun later than this after the start. */
  beginBatchesSeconds: 45,
} as const;

/**
 * What the relay failed to deliver is due again after a share of its age: soon after an outage of minutes, seldom after one of
 * days. No earlier than a delivery can take, because until then the relay that claimed it may be at work.
 */
export const RELAY_RETRY = { shareOfAge: 1 / 4, atLeastSeconds: 50, atMostSeconds: 30 * 60 } as const;

/** The receipts of a batch that are not stored after this time are left for a later one, lest a slow bucket delay events. */
export const RECEIPTS_OF_BATCH_SECONDS = 2;
