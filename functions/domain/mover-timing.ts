// When users are moved between shards, and how fast.

/** Runs of the mover must rarely overlap. */
export const MOVER_RUN = {
  everySeconds: 60,
  timeoutSeconds: 55,
  /** No page is copied later, counted from the start, so that the move of the last user can end in time. */
  copySeconds: 45,
} as const;

/**
 * How fast orders are copied, whoever they belong to. An order costs the two shards 50 µs of processor time, so this is a tenth of a core;
 * users with 100 orders each, one after the other, are hardly faster without a limit. docs/operations.md, "Split a shard"
 */
export const MOVER_PACE = { ordersPerPage: 500, ordersPerSecond: 2_000 } as const;

/** How many orders move in a second of a move at most: a run takes a part of its minute. */
export const AVERAGE_ORDERS_PER_SECOND = (MOVER_PACE.ordersPerSecond * MOVER_RUN.copySeconds) / MOVER_RUN.everySeconds;

/** A user whose orders are being delivered is asked again, and from then on fenced: new requests wait, a second at most. */
export const MOVER_PATIENCE = { triesBeforeFence: 10, tries: 15, pauseMs: 100 } as const;

/** Old rows of users who have moved. Lists of both places find them for a minute; then they rest in the archive. */
export const MOVED_ORDERS = { page: 1_000, keepDays: 14 } as const;

/** A move that has users left and has moved none for longer stands still. */
export const STANDSTILL_SECONDS = 600;

/** A run moves fewer users to one target: some thousands. */
export const USERS_OF_A_RUN = 10_000;
