-- As in 011, but the lease grows with what has changed while the user was copied, up to 32 s: the target needs 0.1 ms for each such order,
-- a busy one 0.4 ms. With 2 s for any number, a user whose copying takes long would be undone and copied anew for ever.
CREATE OR REPLACE FUNCTION move_leave(of_user text, of_move integer, of_attempt integer, fence boolean, OUT outcome text, OUT rest text)
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
  UPDATE placements SET state = 'leaving', changed_at = now(), lease_until = clock_timestamp() + interval '2 seconds'
    + interval '1 millisecond' * (SELECT count(*) FROM (SELECT FROM move_changes WHERE user_id = of_user LIMIT 30000) AS counted)
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
