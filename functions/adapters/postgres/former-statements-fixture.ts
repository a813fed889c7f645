// What the release before shards could be split says to a shard, word for word. It knows the present owner of a user and no other.

export const PLACE = `
  WITH found AS (
    SELECT orders.id, orders.user_id, product_name, quantity, price, status, orders.created_at, orders.updated_at, receipt_pending, event_pending, outbox.created_at AS outstanding_since
    FROM orders LEFT JOIN outbox ON order_id = orders.id
    WHERE orders.id = $1 OR (orders.user_id = $2 AND idempotency_key = $9)
  ), older AS (
    SELECT EXISTS (
      SELECT FROM outbox
      WHERE user_id = $2 AND event_pending
        AND created_at < coalesce((SELECT outstanding_since FROM found), now())
        AND (left_to_relay OR created_at < now() - make_interval(secs => $10))
    ) AS event_waits
  ), stored AS (
    INSERT INTO orders (id, user_id, product_name, quantity, price, status, created_at, updated_at, idempotency_key)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT DO NOTHING
    RETURNING id
  ), noted AS (
    INSERT INTO outbox (order_id, user_id, left_to_relay, due_at)
    SELECT id, $2, event_waits, CASE WHEN event_waits THEN now() ELSE now() + make_interval(secs => $11) END
    FROM stored, older
  )
  SELECT EXISTS (SELECT FROM stored) AS stored, older.event_waits, found.*,
    (extract(epoch FROM now() - outstanding_since) * 1000)::float8 AS outstanding_ms
  FROM older LEFT JOIN found ON true`;

export const SETTLE = `
  WITH marked AS (
    UPDATE orders
    SET receipt_stored_at = coalesce(receipt_stored_at, CASE WHEN $4::float8 IS NOT NULL THEN greatest(created_at, now() - make_interval(secs => $4::float8 / 1000)) END),
      event_published_at = coalesce(event_published_at, CASE WHEN $5::float8 IS NOT NULL THEN greatest(created_at, now() - make_interval(secs => $5::float8 / 1000)) END),
      event_partition = coalesce(event_partition, $6), event_offset = coalesce(event_offset, $7)
    WHERE id = $1
    RETURNING id
  ), kept AS (
    UPDATE outbox
    SET receipt_pending = receipt_pending AND NOT $2::boolean,
      event_pending = event_pending AND NOT $3::boolean,
      left_to_relay = left_to_relay OR NOT $3::boolean
    FROM marked
    WHERE order_id = $1 AND NOT ($2::boolean AND $3::boolean)
  )
  DELETE FROM outbox USING marked WHERE order_id = $1 AND $2::boolean AND $3::boolean`;

export const CONFIRM = `
  WITH due AS MATERIALIZED (
    SELECT id FROM orders WHERE id = ANY($1::uuid[]) AND status = 'created' ORDER BY id FOR UPDATE
  )
  UPDATE orders SET status = 'confirmed', updated_at = greatest(now(), created_at), changed_at = now()
  WHERE id IN (SELECT id FROM due)
  RETURNING extract(epoch FROM updated_at - created_at)::float8 AS seconds`;

export const CLAIM = `
  WITH overdue AS MATERIALIZED (
    SELECT order_id FROM outbox AS oldest
    WHERE (due_at <= now() OR due_at > now() + least(greatest((now() - created_at) * $3::float8, make_interval(secs => $4)), make_interval(secs => $5))) AND NOT EXISTS (
      SELECT FROM outbox AS older
      WHERE older.user_id = oldest.user_id
        AND (older.created_at, older.order_id) < (oldest.created_at, oldest.order_id)
    )
    ORDER BY created_at, order_id
    LIMIT $1
    FOR UPDATE SKIP LOCKED
  ), claimed AS (
    UPDATE outbox
    SET due_at = now() + least(greatest((now() - created_at) * $3::float8, make_interval(secs => $4)), make_interval(secs => $5))
    WHERE order_id IN (SELECT order_id FROM overdue)
    RETURNING user_id
  )
  SELECT orders.id, orders.user_id, product_name, quantity, price, status, orders.created_at, orders.updated_at, receipt_pending, event_pending, renewed_at IS NOT NULL AS renewed
  FROM outbox JOIN orders ON orders.id = order_id
  WHERE outbox.user_id IN (SELECT user_id FROM claimed)
  ORDER BY row_number() OVER (PARTITION BY outbox.user_id ORDER BY outbox.created_at, order_id), outbox.created_at
  LIMIT $2`;

export const SETTLE_ALL = `
  WITH settled AS (
    SELECT * FROM unnest($1::uuid[], $2::boolean[], $3::boolean[]) AS settled (order_id, receipt, event)
  ), locked AS (
    SELECT id FROM orders JOIN settled ON order_id = id ORDER BY id FOR UPDATE OF orders
  ), reachable AS (
    SELECT order_id, receipt, event, receipt AND receipt_pending AS stored_now, event AND event_pending AS published_now
    FROM outbox JOIN settled USING (order_id)
    WHERE order_id IN (SELECT id FROM locked)
    ORDER BY order_id
    FOR UPDATE OF outbox
  ), marked AS (
    UPDATE orders
    SET receipt_stored_at = coalesce(receipt_stored_at, CASE WHEN stored_now THEN greatest(now(), created_at) END),
      event_published_at = coalesce(event_published_at,
        CASE WHEN published_now AND renewed_at IS NULL THEN greatest(now(), created_at) END)
    FROM reachable
    WHERE orders.id = order_id AND (stored_now OR published_now)
  ), dropped AS (
    DELETE FROM outbox USING reachable WHERE outbox.order_id = reachable.order_id AND receipt AND event
  )
  UPDATE outbox
  SET receipt_pending = receipt_pending AND NOT receipt, event_pending = event_pending AND NOT event,
    left_to_relay = true
  FROM reachable
  WHERE outbox.order_id = reachable.order_id AND NOT (receipt AND event)`;

export const RENEW = `
  WITH overdue AS MATERIALIZED (
    SELECT id FROM orders
    WHERE status = 'created' AND created_at <= now() - make_interval(mins => $1)
      AND (renewed_at IS NULL OR now() - renewed_at >= renewed_at - created_at)
      AND NOT EXISTS (SELECT FROM outbox WHERE order_id = id AND event_pending)
    ORDER BY created_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
  ), unconfirmed AS (
    UPDATE orders SET renewed_at = now() WHERE id IN (SELECT id FROM overdue) RETURNING id, user_id
  )
  INSERT INTO outbox (order_id, user_id, receipt_pending)
  SELECT id, user_id, false FROM unconfirmed ORDER BY id
  ON CONFLICT (order_id) DO UPDATE SET event_pending = true
  RETURNING order_id`;
