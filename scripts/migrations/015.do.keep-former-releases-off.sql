-- Releases before users could move know no placed_in. While a move is under way, when this release is there as well, a shard keeps from
-- them what they would get wrong: orders that were placed in another shard. They are told by what their statements leave out.

-- What such a release says of the orders that it places here.
DO $$
DECLARE
  words text := (SELECT column_default FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = 'orders' AND column_name = 'placed_in');
BEGIN
  EXECUTE format('CREATE FUNCTION placed_here() RETURNS text LANGUAGE sql IMMUTABLE RETURN %s', words);
END $$;
ALTER TABLE orders ALTER COLUMN placed_in DROP DEFAULT;

-- A request that is repeated with its key would get this shard in its response, and not that of the first one.
CREATE FUNCTION place_as_before() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM shard_move WHERE state <> 'finished') AND EXISTS (
    SELECT FROM orders
    WHERE user_id = NEW.user_id AND idempotency_key = NEW.idempotency_key AND placed_in <> placed_here()
  ) THEN
    RAISE EXCEPTION 'the order of this key was placed in another shard' USING ERRCODE = '53M04';
  END IF;
  NEW.placed_in := placed_here();
  RETURN NEW;
END $$;
CREATE TRIGGER place_as_before BEFORE INSERT ON orders
  FOR EACH ROW WHEN (NEW.placed_in IS NULL) EXECUTE FUNCTION place_as_before();

-- A relay's claim without a lease is one of such a release: it would write this shard into receipts and events. It is given the lease
-- that keeps the user from moving meanwhile.
CREATE FUNCTION claim_as_before() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM shard_move WHERE state <> 'finished') THEN RETURN NEW; END IF;
  IF EXISTS (
    SELECT FROM outbox JOIN orders ON id = order_id WHERE outbox.user_id = NEW.user_id AND placed_in <> placed_here()
  ) THEN RETURN NULL; END IF;
  NEW.leased_until := now() + interval '50 seconds';
  RETURN NEW;
END $$;
CREATE TRIGGER claim_as_before BEFORE UPDATE ON outbox
  FOR EACH ROW WHEN (NEW.due_at > OLD.due_at AND NEW.due_at > now() AND NEW.leased_until IS NOT DISTINCT FROM OLD.leased_until)
  EXECUTE FUNCTION claim_as_before();

-- Releases before users could move refuse to be deployed with fewer shards than this. @param of_shards how many have users
CREATE FUNCTION move_shards(of_shards integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE placement SET shards = of_shards WHERE shards <> of_shards
$$;

REVOKE ALL ON FUNCTION placed_here, move_shards FROM PUBLIC;
