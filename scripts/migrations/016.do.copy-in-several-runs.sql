-- A user whose copying takes several runs of the mover: the next run goes on behind the last page, with the same attempt.
ALTER TABLE placements
  -- At the target: the last order that an attempt has copied; those before it are there, but for what has changed since.
  ADD COLUMN copied_created_at timestamptz(3),
  ADD COLUMN copied_id uuid,
  -- At the source: how many orders a user had who has moved.
  ADD COLUMN moved_orders bigint;

UPDATE placements SET moved_orders = (SELECT count(*) FROM orders WHERE orders.user_id = placements.user_id)
  + (SELECT count(*) FROM orders_archive WHERE orders_archive.user_id = placements.user_id AND archived_at >= changed_at)
WHERE state = 'moved' AND move = (SELECT move FROM shard_move WHERE state <> 'finished');

-- Seconds since 2026, so that a shard that is restored to a point in time does not give the number of an attempt again, of which
-- the target may have pages.
CREATE FUNCTION move_attempt(former integer) RETURNS integer LANGUAGE sql VOLATILE
  RETURN greatest(former + 1, extract(epoch FROM clock_timestamp() - timestamptz '2026-01-01 00:00:00+00')::integer);

-- The user begins to move, or goes on: what has changed since the attempt began stays noted, whichever pages were copied meanwhile.
-- busy: try again later; gone: nothing to move; stopped: not the move under way.
CREATE OR REPLACE FUNCTION move_claim(of_user text, of_move integer, to_peer integer, OUT outcome text, OUT attempt integer)
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
  outcome := 'copying';
  IF (placed.state, placed.move, placed.peer) = ('copying', of_move, to_peer) THEN
    move_claim.attempt := placed.attempt;
    RETURN;
  END IF;
  DELETE FROM move_changes WHERE user_id = of_user;
  INSERT INTO placements AS known (user_id, move, attempt, state, peer)
  VALUES (of_user, of_move, move_attempt(0), 'copying', to_peer)
  ON CONFLICT (user_id) DO UPDATE
  SET move = excluded.move, attempt = move_attempt(known.attempt), state = 'copying', peer = excluded.peer, changed_at = now()
  RETURNING known.attempt INTO move_claim.attempt;
EXCEPTION WHEN lock_not_available THEN outcome := 'busy';
END $$;

-- The target has refused the attempt, so it takes the user in with a later one only. @returns the state
CREATE OR REPLACE FUNCTION move_stay(of_user text, of_move integer, of_attempt integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7210005, 0);
  UPDATE placements
  SET state = CASE WHEN EXISTS (SELECT FROM shard_move WHERE move = of_move) THEN 'copying' ELSE 'here' END,
    attempt = move_attempt(attempt), lease_until = NULL, changed_at = now()
  WHERE user_id = of_user AND move = of_move AND attempt = of_attempt AND state IN ('copying', 'leaving');
  RETURN (SELECT state FROM placements WHERE user_id = of_user);
END $$;

-- As in 011; how many orders have moved is noted.
CREATE OR REPLACE FUNCTION move_left(of_user text, of_move integer, of_attempt integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM set_config('orderflow.moving', 'on', true);
  UPDATE placements SET state = 'moved', lease_until = NULL, changed_at = now(), moved_orders = (
    SELECT coalesce(sum(orders), 0) FROM (
      SELECT orders FROM order_statistics WHERE user_id = of_user AND fact = 'placed' AND minute = '-infinity'
      UNION ALL SELECT orders FROM order_statistics_delta WHERE user_id = of_user AND fact = 'placed'
    ) AS placed
  )
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

-- As in 012; another attempt begins with the first page.
CREATE OR REPLACE FUNCTION move_expect(of_user text, of_move integer, of_attempt integer, from_peer integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7210005, 0);
  IF NOT EXISTS (SELECT FROM shard_move WHERE move = of_move) THEN RETURN 'stopped'; END IF;
  INSERT INTO placements AS known (user_id, move, attempt, state, peer)
  VALUES (of_user, of_move, of_attempt, 'arriving', from_peer)
  ON CONFLICT (user_id) DO UPDATE
  SET move = excluded.move, attempt = excluded.attempt, state = 'arriving', peer = excluded.peer, changed_at = now(),
    copied_created_at = NULL, copied_id = NULL
  WHERE known.state IN ('arriving', 'refused', 'moved') AND (known.move, known.attempt) < (excluded.move, excluded.attempt);
  RETURN (SELECT CASE WHEN (move, attempt) = (of_move, of_attempt) OR state <> 'arriving' THEN state ELSE 'refused' END
    FROM placements WHERE user_id = of_user);
END $$;

-- Stores a page of the user's orders, and how far the attempt is. @throws 53M03 when the attempt is over
CREATE OR REPLACE FUNCTION move_take(of_user text, of_move integer, of_attempt integer, page text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  last orders;
BEGIN
  SELECT * INTO last FROM json_populate_recordset(NULL::orders, page::json) ORDER BY created_at DESC, id DESC LIMIT 1;
  UPDATE placements
  SET copied_created_at = coalesce(last.created_at, copied_created_at), copied_id = coalesce(last.id, copied_id)
  WHERE user_id = of_user AND move = of_move AND attempt = of_attempt AND state = 'arriving';
  IF NOT FOUND THEN RAISE EXCEPTION 'the user is not arriving with this attempt' USING ERRCODE = '53M03'; END IF;
  PERFORM move_store(page::json);
END $$;

REVOKE ALL ON FUNCTION move_attempt FROM PUBLIC;
