-- When the rest of an order's way was behind it, and where its event lies. Null for what has not happened, and in orders from
-- before this migration. `changed_at` is the database's time, unlike `created_at`.
ALTER TABLE orders
  ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN receipt_stored_at timestamptz(3),
  ADD COLUMN event_published_at timestamptz(3),
  ADD COLUMN event_partition integer,
  ADD COLUMN event_offset bigint;

-- What was placed, published and confirmed, added up: of each user, and of the shard under the empty user_id. `minute` is
-- '-infinity' in the rows for all time. `lag_class` is a class of milliseconds; see lag_class() below.
CREATE TABLE order_statistics (
  user_id text COLLATE "C" NOT NULL,
  fact text COLLATE "C" NOT NULL CHECK (fact IN ('placed', 'published', 'confirmed')),
  minute timestamptz NOT NULL,
  lag_class smallint NOT NULL,
  orders bigint NOT NULL,
  revenue numeric NOT NULL,
  PRIMARY KEY (user_id, fact, minute, lag_class)
);
CREATE INDEX order_statistics_by_minute ON order_statistics (minute);
-- Finds users by the beginning of their name.
CREATE INDEX order_statistics_users ON order_statistics (lower(user_id), user_id) WHERE fact = 'placed' AND minute = '-infinity';

-- What has not been added to them yet. Requests only ever insert here: a row of totals that all of them update would line them
-- up behind each other. The relay adds it to the totals; both together are exact at any moment.
CREATE TABLE order_statistics_delta (
  user_id text COLLATE "C" NOT NULL,
  fact text COLLATE "C" NOT NULL,
  minute timestamptz NOT NULL,
  lag_class smallint NOT NULL,
  orders bigint NOT NULL,
  revenue numeric NOT NULL
);

-- Each class reaches 1.2 times as far as the one before: 0 is up to 1 ms, 100 is around 23 hours.
CREATE FUNCTION lag_class(lag interval) RETURNS smallint LANGUAGE sql IMMUTABLE
  RETURN ceil(ln(greatest(1, least(extract(epoch FROM lag) * 1000, 1e9))::float8) / ln(1.2::float8))::smallint;

-- Triggers count what every release writes, an earlier one included, whose user has no rights here: hence SECURITY DEFINER.
CREATE FUNCTION count_placed_orders() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO public.order_statistics_delta
  SELECT user_id, 'placed', date_trunc('minute', created_at), 0, count(*), sum(quantity * price)
  FROM inserted GROUP BY 1, 3;
  RETURN NULL;
END $$;

CREATE FUNCTION count_changed_orders() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO public.order_statistics_delta
  SELECT after.user_id, fact, date_trunc('minute', now()), public.lag_class(at - after.created_at),
    count(*), sum(after.quantity * after.price)
  FROM updated_from AS before JOIN updated_to AS after USING (id),
    LATERAL (VALUES
      ('published', before.event_published_at IS NULL, after.event_published_at),
      ('confirmed', before.status = 'created', CASE WHEN after.status = 'confirmed' THEN after.updated_at END)
    ) AS change (fact, was_due, at)
  WHERE was_due AND at IS NOT NULL
  GROUP BY 1, 2, 4;
  RETURN NULL;
END $$;

CREATE TRIGGER count_placed_orders AFTER INSERT ON orders
  REFERENCING NEW TABLE AS inserted
  FOR EACH STATEMENT EXECUTE FUNCTION count_placed_orders();
CREATE TRIGGER count_changed_orders AFTER UPDATE ON orders
  REFERENCING OLD TABLE AS updated_from NEW TABLE AS updated_to
  FOR EACH STATEMENT EXECUTE FUNCTION count_changed_orders();

-- The orders so far. The triggers' lock keeps others from writing meanwhile: about a second for a million orders.
INSERT INTO order_statistics
SELECT coalesce(user_id, ''), fact, '-infinity', 0, count(*), sum(quantity * price)
FROM orders, LATERAL (VALUES ('placed', true), ('confirmed', status = 'confirmed')) AS counted (fact, applies)
WHERE applies
GROUP BY GROUPING SETS ((user_id, fact), (fact));
