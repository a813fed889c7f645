-- What gives a user to one shard again after a restore: docs/operations.md, "Restore a shard". Only while no user moves.

-- The user is this shard's. What was copied here of a user who was elsewhere is archived first: it may be incomplete, and was not counted.
CREATE FUNCTION move_own(of_user text, of_move integer, of_attempt integer, from_peer integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7210006, hashtext(of_user) & 1023);
  PERFORM FROM placements WHERE user_id = of_user AND state IN ('arriving', 'refused', 'moved') FOR UPDATE;
  IF FOUND THEN
    WITH taken AS (DELETE FROM orders WHERE user_id = of_user RETURNING *)
    INSERT INTO orders_archive (order_id, user_id, data) SELECT id, user_id, to_jsonb(taken) FROM taken
    ON CONFLICT (order_id) DO NOTHING;
  END IF;
  INSERT INTO placements AS known (user_id, move, attempt, state, peer) VALUES (of_user, of_move, of_attempt, 'here', from_peer)
  ON CONFLICT (user_id) DO UPDATE
  SET move = excluded.move, attempt = excluded.attempt, state = 'here', peer = excluded.peer, changed_at = now()
  WHERE known.state NOT IN ('here', 'copying');
END $$;

-- Adds those orders of the user that this shard lacks: counts them, and leaves to the relay what is not delivered of them. One
-- with the key of another order here stays without it. @returns how many
CREATE FUNCTION move_merge(of_user text, given text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  added uuid[];
BEGIN
  -- As they were placed, then as they became: statistics count what changes.
  WITH lacking AS (
    SELECT one FROM jsonb_array_elements(given::jsonb) AS one
    WHERE one ->> 'user_id' = of_user AND NOT EXISTS (SELECT FROM orders WHERE id = (one ->> 'id')::uuid)
  ), placed AS (
    INSERT INTO orders SELECT (jsonb_populate_record(NULL::orders, one || '{"status": "created", "event_published_at": null}' ||
      CASE WHEN EXISTS (
        SELECT FROM orders WHERE user_id = of_user AND idempotency_key = one ->> 'idempotency_key'
      ) THEN '{"idempotency_key": null}' ELSE '{}' END::jsonb)).* FROM lacking
    RETURNING id
  )
  SELECT coalesce(array_agg(id), '{}') INTO added FROM placed;
  UPDATE orders
  SET status = became.status, updated_at = became.updated_at, changed_at = became.changed_at,
    event_published_at = became.event_published_at
  FROM jsonb_populate_recordset(NULL::orders, given::jsonb) AS became
  WHERE orders.id = became.id AND orders.id = ANY (added);
  INSERT INTO outbox (order_id, user_id, receipt_pending, event_pending, left_to_relay)
  SELECT id, user_id, receipt_stored_at IS NULL, event_published_at IS NULL AND status = 'created', true FROM orders
  WHERE id = ANY (added) AND (receipt_stored_at IS NULL OR event_published_at IS NULL AND status = 'created');
  RETURN cardinality(added);
END $$;

-- The user is another shard's. @returns the state
CREATE FUNCTION move_yield(of_user text, of_move integer, of_attempt integer, to_peer integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7210006, hashtext(of_user) & 1023);
  INSERT INTO placements AS known (user_id, move, attempt, state, peer)
  VALUES (of_user, of_move, of_attempt, 'leaving', to_peer)
  ON CONFLICT (user_id) DO UPDATE
  SET move = excluded.move, attempt = excluded.attempt, state = 'leaving', peer = excluded.peer, changed_at = now()
  WHERE known.state <> 'moved';
  RETURN move_left(of_user, of_move, of_attempt);
END $$;

REVOKE ALL ON FUNCTION move_own, move_merge, move_yield FROM PUBLIC;
