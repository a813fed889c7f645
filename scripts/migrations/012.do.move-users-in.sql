-- What a move asks of the user's target, and what it tells every shard.

-- The user is about to be copied here. Never over a user whom this shard owns, nor by an attempt older than one it knows.
-- @returns the state: arriving, unless the attempt is refused
CREATE FUNCTION move_expect(of_user text, of_move integer, of_attempt integer, from_peer integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7210005, 0);
  IF NOT EXISTS (SELECT FROM shard_move WHERE move = of_move) THEN RETURN 'stopped'; END IF;
  INSERT INTO placements AS known (user_id, move, attempt, state, peer)
  VALUES (of_user, of_move, of_attempt, 'arriving', from_peer)
  ON CONFLICT (user_id) DO UPDATE
  SET move = excluded.move, attempt = excluded.attempt, state = 'arriving', peer = excluded.peer, changed_at = now()
  WHERE known.state IN ('arriving', 'refused', 'moved') AND (known.move, known.attempt) < (excluded.move, excluded.attempt);
  RETURN (SELECT CASE WHEN (move, attempt) = (of_move, of_attempt) OR state <> 'arriving' THEN state ELSE 'refused' END
    FROM placements WHERE user_id = of_user);
END $$;

-- Stores a page of the user's orders. @throws 53M03 when the attempt is over
CREATE FUNCTION move_take(of_user text, of_move integer, of_attempt integer, page text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM FROM placements
  WHERE user_id = of_user AND move = of_move AND attempt = of_attempt AND state = 'arriving' FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'the user is not arriving with this attempt' USING ERRCODE = '53M03'; END IF;
  PERFORM move_store(page::json);
END $$;

-- Whole rows, so that a later column of orders is not forgotten here.
CREATE FUNCTION move_store(moved json) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM set_config('orderflow.moving', 'on', true);
  DELETE FROM orders WHERE id IN (SELECT id FROM json_populate_recordset(NULL::orders, moved));
  INSERT INTO orders SELECT * FROM json_populate_recordset(NULL::orders, moved);
  PERFORM set_config('orderflow.moving', 'off', true);
END $$;

-- The commit point: with this transaction the user is this shard's. @returns the state
CREATE FUNCTION move_arrive(of_user text, of_move integer, of_attempt integer, rest text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7210005, 0);
  IF EXISTS (SELECT FROM shard_move WHERE move = of_move) THEN
    UPDATE placements SET state = 'here', changed_at = now()
    WHERE user_id = of_user AND move = of_move AND attempt = of_attempt AND state = 'arriving';
    IF FOUND THEN
      PERFORM move_store(rest::json -> 'orders');
      INSERT INTO outbox SELECT * FROM json_populate_recordset(NULL::outbox, rest::json -> 'outbox');
      INSERT INTO order_statistics AS total
      SELECT scope, fact, minute, lag_class, orders, revenue
      FROM json_populate_recordset(NULL::order_statistics, rest::json -> 'statistics'),
        LATERAL (VALUES (user_id), ('')) AS scopes (scope)
      ORDER BY 1, 2, 3, 4
      ON CONFLICT (user_id, fact, minute, lag_class)
      DO UPDATE SET orders = total.orders + excluded.orders, revenue = total.revenue + excluded.revenue;
    END IF;
  END IF;
  RETURN (SELECT state FROM placements WHERE user_id = of_user AND move = of_move AND attempt = of_attempt);
END $$;

-- Undoes a move whose lease has ended: afterwards nobody can commit it, however late. @returns here, when it has arrived before;
-- otherwise refused
CREATE FUNCTION move_refuse(of_user text, of_move integer, of_attempt integer, from_peer integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO placements AS known (user_id, move, attempt, state, peer)
  VALUES (of_user, of_move, of_attempt, 'refused', from_peer)
  ON CONFLICT (user_id) DO UPDATE
  SET move = excluded.move, attempt = excluded.attempt, state = 'refused', peer = excluded.peer, changed_at = now()
  WHERE known.state IN ('arriving', 'refused', 'moved') AND (known.move, known.attempt) <= (excluded.move, excluded.attempt);
  RETURN (SELECT CASE WHEN state IN ('refused', 'arriving') THEN 'refused' ELSE 'here' END FROM placements WHERE user_id = of_user);
END $$;

-- Deletes what was copied here of a user who has not come: their copy was undone, and the move it belonged to is over.
-- @returns how many orders
CREATE FUNCTION move_clear(of_user text, page_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  cleared integer;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7210005, 0);
  UPDATE placements SET state = 'refused', changed_at = now()
  WHERE user_id = of_user AND state IN ('arriving', 'refused') AND move < (SELECT move FROM shard_move);
  IF NOT FOUND THEN RETURN 0; END IF;
  DELETE FROM orders WHERE id IN (SELECT id FROM orders WHERE user_id = of_user LIMIT page_size);
  GET DIAGNOSTICS cleared = ROW_COUNT;
  RETURN cleared;
END $$;

-- A user whom the source called new is this shard's. @returns the state, or null when this is not the move under way
CREATE FUNCTION move_welcome(of_user text, of_move integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  key text COLLATE "C" := upper(left(of_user, 3) COLLATE "C");
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7210005, 0);
  INSERT INTO placements (user_id, move, attempt, state, peer)
  SELECT of_user, of_move, 1, 'here', peer FROM shard_ranges, shard_move
  WHERE move = of_move AND role = 'in' AND from_key <= key AND (key < before_key OR before_key IS NULL)
  ON CONFLICT (user_id) DO NOTHING;
  RETURN (SELECT state FROM placements WHERE user_id = of_user);
END $$;

-- A move begins, is aborted (a new move the other way), paused, resumed or finished. Waits for all who have asked the guard.
-- @param ranges rows of shard_ranges as JSON; null leaves them as they are
CREATE FUNCTION move_ranges(of_move integer, to_state text, ranges text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
  known integer;
BEGIN
  -- Before the lock, which keeps everybody waiting: once there are none, none can come back.
  IF to_state = 'finished' AND EXISTS (
    SELECT FROM placements WHERE state IN ('copying', 'leaving')
      OR state <> 'here' AND EXISTS (SELECT FROM orders WHERE orders.user_id = placements.user_id)
  ) THEN
    RAISE EXCEPTION 'users are still moving from this shard, or it has orders of users who are elsewhere'
      USING ERRCODE = '53M03';
  END IF;
  PERFORM pg_advisory_xact_lock(7210005, 0);
  SELECT move INTO known FROM shard_move;
  IF of_move < known THEN
    RAISE EXCEPTION 'move % is over: this shard is at move %', of_move, known USING ERRCODE = '53M03';
  END IF;
  -- Who was being copied is owned here as before, and the former move's mover can do nothing more.
  IF of_move > known THEN
    UPDATE placements SET state = 'here', changed_at = now() WHERE state = 'copying';
    DELETE FROM move_changes;
  END IF;
  IF ranges IS NOT NULL THEN
    DELETE FROM shard_ranges;
    INSERT INTO shard_ranges SELECT * FROM json_populate_recordset(NULL::shard_ranges, ranges::json);
  END IF;
  INSERT INTO shard_move (move, state) VALUES (of_move, to_state)
  ON CONFLICT (only_row) DO UPDATE SET move = excluded.move, state = excluded.state, changed_at = now();
END $$;

REVOKE ALL ON FUNCTION move_expect, move_take, move_store, move_arrive, move_refuse, move_clear, move_welcome, move_ranges FROM PUBLIC;
