// When users are moved between shards, and how fast.

/** Runs of the mover must rarely overlap. */
export const MOVER_RUN = {
  everySeconds: 60,
  timeoutSeconds: 55,
  /** All users are copied by then, counted from the start, so that the move of the last one can end in time. */
  beginUsersSeconds: 45,
} as const;

/** How fast a user's orders are copied: with what is left, a small instance serves requests as before. */
export const MOVER_PACE = { ordersPerPage: 500, ordersPerSecond: 1_000, userWithinSeconds: 30 } as const;

/** The pace of a user with so many orders, in orders a second: faster for one who would not be copied within a run otherwise. */
export function paceOf(orders: number): number {
  return Math.max(MOVER_PACE.ordersPerSecond, orders / MOVER_PACE.userWithinSeconds);
}

/** How many orders of users who have many move in a second of a move: a run takes a part of its minute. */
export const AVERAGE_ORDERS_PER_SECOND =
  (MOVER_PACE.ordersPerSecond * MOVER_RUN.beginUsersSeconds) / MOVER_RUN.everySeconds;

/** A user whose orders are being delivered is asked again, and from then on fenced: new requests wait, a second at most. */
export const MOVER_PATIENCE = { triesBeforeFence: 10, tries: 15, pauseMs: 100 } as const;

/** Old rows of users who have moved. Lists of both places find them for a minute; then they rest in the archive. */
export const MOVED_ORDERS = { archivePage: 1_000, keepDays: 14 } as const;

/** A move that has users left and has moved none for longer stands still. */
export const STANDSTILL_SECONDS = 600;
