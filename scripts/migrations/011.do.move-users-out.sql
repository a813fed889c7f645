-- What a move asks of the user's source. Each function is one transaction and may be repeated when its answer was lost.

-- The user begins to move, or begins anew. busy: try again later; gone: nothing to move; stopped: not the move under way.
CREATE FUNCTION move_claim(of_user text, of_move integer, to_peer integer, OUT outcome text, OUT attempt integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '250ms' AS $$
#variable_conflict use_column
DECLARE
  placed placements;
  key text COLLATE "C" := upper(left(of_user, 3) COLLATE "C");
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7210005, 0);
  IF NOT EXISTS (SELECT FROM shard_move WHERE move = of_move AND state = 'running') THEN outcome := 'stopped'; RETURN; END IF;
  -- Waits for those who have changed orders of the user without noting it, and have not committed.
  PERFORM pg_advisory_xact_lock(7210006, hashtext(of_user) & 1023);
  SELECT * INTO placed FROM placements WHERE user_id = of_user FOR UPDATE;
  IF placed.state = 'leaving' THEN outcome := 'busy'; RETURN; END IF;
  IF placed.state IN ('moved', 'arriving', 'refused')
    OR NOT EXISTS (SELECT FROM shard_ranges WHERE role = 'out' AND peer = to_peer
      AND from_key <= key AND (key < before_key OR before_key IS NULL))
    OR placed.state IS NULL AND NOT EXISTS (SELECT FROM orders WHERE user_id = of_user)
  THEN outcome := 'gone'; RETURN; END IF;
  DELETE FROM move_changes WHERE user_id = of_user;
  INSERT INTO placements AS known (user_id, move, attempt, state, peer) VALUES (of_user, of_move, 1, 'copying', to_peer)
  ON CONFLICT (user_id) DO UPDATE
  SET move = excluded.move, attempt = known.attempt + 1, state = 'copying', peer = excluded.peer, changed_at = now()
  RETURNING known.attempt INTO move_claim.attempt;
  outcome := 'copying';
EXCEPTION WHEN lock_not_available THEN outcome := 'busy';
END $$;

-- A page of the user's orders behind the given one, oldest first, as one JSON text: numbers and times stay exact.
CREATE FUNCTION move_page(of_user text, after_created_at timestamptz, after_id uuid, page_size integer,
  OUT orders integer, OUT rows text, OUT last_created_at timestamptz, OUT last_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH page AS MATERIALIZED (
    SELECT * FROM orders
    WHERE user_id = of_user AND (created_at, id) >
      (coalesce(after_created_at, '-infinity'), coalesce(after_id, '00000000-0000-0000-0000-000000000000'))
    ORDER BY user_id, created_at, id LIMIT page_size
  ), last AS (
    SELECT created_at, id FROM page ORDER BY created_at DESC, id DESC LIMIT 1
  )
  SELECT count(*)::integer, coalesce(json_agg(page), '[]')::text, (SELECT created_at FROM last), (SELECT id FROM last) FROM page
$$;

-- Nobody owns the user from now on. `rest` is what the pages lack: orders changed since move_claim, outbox and statistics.
-- busy: the relay has the user's rows, or, unless `fence`, a request may still deliver an order.
CREATE FUNCTION move_leave(of_user text, of_move integer, of_attempt integer, fence boolean, OUT outcome text, OUT rest text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '250ms' AS $$
DECLARE
  was text;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7210005, 0);
  IF NOT EXISTS (SELECT FROM shard_move WHERE move = of_move) THEN outcome := 'gone'; RETURN; END IF;
  PERFORM pg_advisory_xact_lock(7210006, hashtext(of_user) & 1023);
  SELECT state INTO was FROM placements
  WHERE user_id = of_user AND move = of_move AND attempt = of_attempt AND state IN ('copying', 'leaving') FOR UPDATE;
  IF NOT FOUND THEN outcome := 'gone'; RETURN; END IF;
  IF was = 'copying' AND EXISTS (
    SELECT FROM outbox WHERE user_id = of_user
      AND (leased_until > clock_timestamp() OR NOT fence AND created_at > clock_timestamp() - interval '5 seconds')
  ) THEN outcome := 'busy'; RETURN; END IF;
  UPDATE placements SET state = 'leaving', lease_until = clock_timestamp() + interval '2 seconds', changed_at = now()
  WHERE user_id = of_user;
  outcome := 'leaving';
  rest := json_build_object(
    'orders', (
      SELECT coalesce(json_agg(orders), '[]') FROM orders JOIN move_changes ON order_id = id
      WHERE move_changes.user_id = of_user
    ),
    'outbox', (SELECT coalesce(json_agg(outbox), '[]') FROM outbox WHERE user_id = of_user),
    'statistics', (
      SELECT coalesce(json_agg(counted), '[]') FROM (
        SELECT user_id, fact, minute, lag_class, sum(orders) AS orders, sum(revenue) AS revenue FROM (
          SELECT * FROM order_statistics WHERE user_id = of_user
          UNION ALL
          SELECT user_id, fact, period.minute, period.lag_class, orders, revenue FROM order_statistics_delta AS delta,
            LATERAL (VALUES (delta.minute, delta.lag_class), ('-infinity', 0::smallint)) AS period (minute, lag_class)
          WHERE user_id = of_user
        ) AS parts GROUP BY 1, 2, 3, 4
      ) AS counted
    ));
EXCEPTION WHEN lock_not_available THEN outcome := 'busy';
END $$;

-- The user has arrived at the target. Nobody changes what is theirs here: the guard refuses. @returns the state
CREATE FUNCTION move_left(of_user text, of_move integer, of_attempt integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM set_config('orderflow.moving', 'on', true);
  UPDATE placements SET state = 'moved', lease_until = NULL, changed_at = now()
  WHERE user_id = of_user AND move = of_move AND attempt = of_attempt AND state = 'leaving';
  IF FOUND THEN
    DELETE FROM move_changes WHERE user_id = of_user;
    -- Locks in the order in which the relay does.
    PERFORM FROM outbox WHERE user_id = of_user ORDER BY order_id FOR UPDATE;
    DELETE FROM outbox WHERE user_id = of_user;
    -- First, so that what is being added to the totals is in them when they are read.
    DELETE FROM order_statistics_delta WHERE user_id = of_user;
    PERFORM FROM order_statistics WHERE user_id IN ('', of_user)
      AND (fact, minute, lag_class) IN (SELECT fact, minute, lag_class FROM order_statistics WHERE user_id = of_user)
    ORDER BY user_id, fact, minute, lag_class FOR UPDATE;
    WITH gone AS (DELETE FROM order_statistics WHERE user_id = of_user RETURNING *)
    UPDATE order_statistics AS total SET orders = total.orders - gone.orders, revenue = total.revenue - gone.revenue
    FROM gone
    WHERE (total.user_id, total.fact, total.minute, total.lag_class) = ('', gone.fact, gone.minute, gone.lag_class);
  END IF;
  PERFORM set_config('orderflow.moving', 'off', true);
  RETURN (SELECT state FROM placements WHERE user_id = of_user);
END $$;

-- The target has refused the user. @returns the state
CREATE FUNCTION move_stay(of_user text, of_move integer, of_attempt integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7210005, 0);
  UPDATE placements
  SET state = CASE WHEN EXISTS (SELECT FROM shard_move WHERE move = of_move) THEN 'copying' ELSE 'here' END,
    lease_until = NULL, changed_at = now()
  WHERE user_id = of_user AND move = of_move AND attempt = of_attempt AND state = 'leaving';
  RETURN (SELECT state FROM placements WHERE user_id = of_user);
END $$;

-- Takes orders out of lists that a moved user had here, a minute after the switch: until then, who asks both shards misses none.
-- @returns how many
CREATE FUNCTION move_archive(of_user text, page_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  archived integer;
BEGIN
  PERFORM FROM placements
  WHERE user_id = of_user AND state = 'moved' AND changed_at <= now() - interval '60 seconds' FOR UPDATE;
  IF NOT FOUND THEN RETURN 0; END IF;
  WITH due AS MATERIALIZED (
    SELECT id FROM orders WHERE user_id = of_user ORDER BY id LIMIT page_size FOR UPDATE
  ), taken AS (
    DELETE FROM orders WHERE id IN (SELECT id FROM due) RETURNING *
  )
  INSERT INTO orders_archive (order_id, user_id, data) SELECT id, user_id, to_jsonb(taken) FROM taken
  ON CONFLICT (order_id) DO UPDATE SET archived_at = now(), data = excluded.data;
  GET DIAGNOSTICS archived = ROW_COUNT;
  RETURN archived;
END $$;

-- Drops what was archived before. @returns how many
CREATE FUNCTION move_forget(before timestamptz, page_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  forgotten integer;
BEGIN
  DELETE FROM orders_archive WHERE order_id IN (
    SELECT order_id FROM orders_archive WHERE archived_at < before ORDER BY archived_at LIMIT page_size
  );
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN forgotten;
END $$;

REVOKE ALL ON FUNCTION move_claim, move_page, move_leave, move_left, move_stay, move_archive, move_forget FROM PUBLIC;
