import { RELAY_AFTER_SECONDS, RELAY_RETRY, RELAY_RUN } from '../../domain/delivery-timing.ts';
import { ORDER_COLUMNS } from './order-row.ts';
import type { Statement } from './shard-databases.ts';

/** Per claim, so that a batch has several orders of each user. */
const USERS = 100;
const ORDERS = RELAY_RUN.ordersOfBatch;

/** No next attempt is later, unless the clock was set back since that was written. */
const TOO_LATE = `now() + make_interval(secs => ${RELAY_RETRY.atMostSeconds})`;
/** From now until the next attempt. */
const PAUSE = `least(greatest((now() - created_at) * ${RELAY_RETRY.shareOfAge}, make_interval(secs => ${RELAY_RETRY.atLeastSeconds})),
  make_interval(secs => ${RELAY_RETRY.atMostSeconds}))`;
/** The ids of the oldest rows of the users in `due`, each by the index that has a user's rows in order. */
const OLDEST_IDS = `ARRAY(SELECT (SELECT order_id FROM outbox WHERE outbox.user_id = due.user_id ORDER BY created_at, order_id LIMIT 1)
  FROM (SELECT DISTINCT user_id FROM due) AS due)`;

/**
 * Rows that are due although the oldest of their user, whose time counts, is not: they get its time, at most so many at once. Otherwise
 * each claim would look at them again, before it comes to what it can take. Not behind a row that its request may yet settle: what waits
 * for that is due as soon as it is gone. The oldest row is locked, since who settles it makes the next one due. A lease that has ended
 * tells this from a claim of a release that knows none (migration 015), and leaves the user free to move.
 */
export const POSTPONE = {
  atOnce: ORDERS,
  /** In one claim. Of more than that, a run that finds nothing else leaves the rest to the next one. */
  times: 50,
  text: `
    WITH due AS MATERIALIZED (
      SELECT order_id, user_id FROM outbox WHERE due_at <= now() ORDER BY due_at LIMIT $1
    ), oldest AS MATERIALIZED (
      SELECT user_id, due_at FROM outbox
      WHERE order_id = ANY (${OLDEST_IDS}) AND due_at > now() AND due_at <= ${TOO_LATE}
        AND created_at <= now() - make_interval(secs => ${RELAY_AFTER_SECONDS})
      FOR UPDATE SKIP LOCKED
    ), early AS MATERIALIZED (
      SELECT due.order_id, oldest.due_at FROM due JOIN oldest USING (user_id)
    ), free AS MATERIALIZED (
      SELECT order_id FROM outbox WHERE order_id = ANY (ARRAY(SELECT order_id FROM early)) FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox SET due_at = early.due_at, leased_until = now() FROM early
    WHERE outbox.order_id = ANY (ARRAY(SELECT order_id FROM free)) AND outbox.order_id = early.order_id
    RETURNING outbox.order_id`,
  values: [ORDERS],
} satisfies Statement & { readonly atOnce: number; readonly times: number };

/**
 * A user is claimed by the oldest of their rows: whoever has it has them all. Its `due_at` keeps other relays away until the next attempt,
 * its `leased_until` keeps the user from moving to another shard meanwhile. Of each user, as many of the oldest orders are read as make a
 * batch together: one with many does not crowd out the others, and theirs stay in order. By indexes alone: what an outage has left must not
 * slow down its end.
 */
export const CLAIM: Statement = {
  text: `
    WITH due AS MATERIALIZED (
      (SELECT user_id FROM outbox WHERE due_at <= now() ORDER BY due_at LIMIT $2)
      UNION ALL (SELECT user_id FROM outbox WHERE due_at > ${TOO_LATE} ORDER BY due_at LIMIT $2)
    ), overdue AS MATERIALIZED (
      SELECT order_id FROM outbox
      WHERE order_id = ANY (${OLDEST_IDS}) AND (due_at <= now() OR due_at > ${TOO_LATE})
      ORDER BY created_at, order_id
      LIMIT $1
      FOR UPDATE SKIP LOCKED
    ), claimed AS (
      UPDATE outbox
      SET due_at = now() + ${PAUSE}, leased_until = now() + make_interval(secs => ${RELAY_RETRY.atLeastSeconds})
      WHERE order_id = ANY (ARRAY(SELECT order_id FROM overdue))
      RETURNING user_id
    )
    SELECT ${ORDER_COLUMNS}, placed_in, receipt_pending, event_pending, renewed_at IS NOT NULL AS renewed
    FROM claimed, LATERAL (
      SELECT order_id, receipt_pending, event_pending, outbox.created_at,
        row_number() OVER (ORDER BY outbox.created_at, order_id) AS nth
      FROM outbox WHERE outbox.user_id = claimed.user_id
      ORDER BY outbox.created_at, order_id
      LIMIT $2 / (SELECT count(*) FROM claimed)
    ) AS next JOIN orders ON orders.id = order_id
    ORDER BY nth, next.created_at`,
  values: [USERS, ORDERS],
};
