-- What erases a user, in any shard and whatever a move does at this moment: docs/moving-users.md. Each function is one transaction and may
-- be repeated. They give a lock up after 250 ms, since requests lock rows before they wait for the user's lock.

-- Erases a page of what the user placed until then, with what is outstanding of it and its copies. Whoever is copying the user has to begin
-- anew. busy: try again later; leaving: nobody owns the user, and the attempt that is told has to be ended first.
CREATE FUNCTION erase_orders(of_user text, placed_until timestamptz, page_size integer,
  OUT outcome text, OUT erased integer, OUT copies integer, OUT stopped boolean, OUT leaving json)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '250ms' AS $$
DECLARE
  placed placements;
  ids uuid[];
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7210005, 0);
  -- Waits for those whom the guard has let through because the user has orders here: without any, the user is new to both shards.
  PERFORM pg_advisory_xact_lock(7210006, hashtext(of_user) & 1023);
  SELECT * INTO placed FROM placements WHERE user_id = of_user FOR UPDATE;
  IF placed.state = 'leaving' THEN
    outcome := 'leaving';
    leaving := json_build_object('move', placed.move, 'attempt', placed.attempt, 'peer', placed.peer,
      'expired', placed.lease_until < clock_timestamp());
    RETURN;
  END IF;
  -- Nothing is taken of an attempt that is over, however late it comes.
  UPDATE placements SET state = CASE state WHEN 'copying' THEN 'here' ELSE 'refused' END, changed_at = now()
  WHERE user_id = of_user AND state IN ('copying', 'arriving');
  stopped := FOUND;
  DELETE FROM move_changes WHERE user_id = of_user;
  ids := ARRAY(
    SELECT id FROM orders WHERE user_id = of_user AND created_at <= placed_until
    ORDER BY user_id, created_at, id LIMIT page_size);
  -- Locks in the order in which everybody does.
  ids := ARRAY(SELECT id FROM orders WHERE id = ANY (ids) ORDER BY id FOR UPDATE);
  PERFORM set_config('orderflow.moving', 'on', true);
  DELETE FROM outbox WHERE order_id = ANY (ids);
  DELETE FROM orders WHERE id = ANY (ids);
  PERFORM set_config('orderflow.moving', 'off', true);
  DELETE FROM orders_archive
  WHERE order_id IN (SELECT order_id FROM orders_archive WHERE user_id = of_user LIMIT page_size);
  GET DIAGNOSTICS copies = ROW_COUNT;
  erased := cardinality(ids);
  IF placed.state IN ('moved', 'arriving', 'refused') THEN
    copies := copies + erased;
    erased := 0;
  END IF;
  outcome := 'erased';
EXCEPTION WHEN lock_not_available THEN
  outcome := 'busy';
END $$;

-- Counts the user anew by the orders that they have here, also in the totals; and forgets where they are, unless a move needs that.
-- @returns counted: how many orders were counted and are not there; placed: whether the shard still notes where the user is
CREATE FUNCTION erase_traces(of_user text, OUT outcome text, OUT counted integer, OUT placed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '250ms' AS $$
DECLARE
  owned boolean;
  stored integer;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7210005, 0);
  DELETE FROM placements WHERE user_id = of_user AND EXISTS (SELECT FROM shard_move WHERE state = 'finished');
  SELECT count(*) > 0, coalesce(bool_and(state IN ('here', 'copying', 'leaving')), true) INTO placed, owned
  FROM placements WHERE user_id = of_user;
  outcome := 'erased';
  -- In one statement, so that nothing is placed or folded in between.
  SELECT (SELECT count(*) FROM orders WHERE user_id = of_user AND owned), (SELECT coalesce(sum(orders), 0) FROM (
      SELECT orders FROM order_statistics WHERE user_id = of_user AND fact = 'placed' AND minute = '-infinity'
      UNION ALL
      SELECT orders FROM order_statistics_delta WHERE user_id = of_user AND fact = 'placed'
    ) AS parts)
  INTO stored, counted;
  counted := counted - stored;
  IF counted = 0 THEN RETURN; END IF;
  -- Nobody counts or folds meanwhile: what is counted and what is stored are the same orders.
  LOCK TABLE order_statistics_delta IN SHARE ROW EXCLUSIVE MODE;
  DELETE FROM order_statistics_delta WHERE user_id = of_user;
  PERFORM FROM order_statistics WHERE user_id IN ('', of_user)
    AND (fact, minute, lag_class) IN (SELECT fact, minute, lag_class FROM order_statistics WHERE user_id = of_user)
  ORDER BY user_id, fact, minute, lag_class FOR UPDATE;
  WITH gone AS (DELETE FROM order_statistics WHERE user_id = of_user RETURNING *)
  UPDATE order_statistics AS total SET orders = total.orders - gone.orders, revenue = total.revenue - gone.revenue
  FROM gone
  WHERE (total.user_id, total.fact, total.minute, total.lag_class) = ('', gone.fact, gone.minute, gone.lag_class);
  INSERT INTO order_statistics_delta
  SELECT user_id, fact, date_trunc('minute', at), CASE fact WHEN 'placed' THEN 0 ELSE lag_class(at - created_at) END,
    count(*), sum(quantity * price)
  FROM orders, LATERAL (VALUES
      ('placed', created_at), ('published', event_published_at),
      ('confirmed', CASE WHEN status = 'confirmed' THEN updated_at END)
    ) AS reached (fact, at)
  WHERE user_id = of_user AND owned AND at IS NOT NULL
  GROUP BY 1, 2, 3, 4;
EXCEPTION WHEN lock_not_available THEN
  outcome := 'busy';
END $$;

REVOKE ALL ON FUNCTION erase_orders, erase_traces FROM PUBLIC;
