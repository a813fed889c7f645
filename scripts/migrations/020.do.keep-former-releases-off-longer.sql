-- A release from before users could move may be beside this one longer than a move. A day after it, such a release is alone, if there is one:
-- then it has to do what nobody else does.
CREATE FUNCTION moved_lately() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM shard_move WHERE state <> 'finished' OR changed_at > now() - interval '1 day')
$$;

CREATE OR REPLACE FUNCTION place_as_before() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF moved_lately() AND EXISTS (
    SELECT FROM orders
    WHERE user_id = NEW.user_id AND idempotency_key = NEW.idempotency_key AND placed_in <> placed_here()
  ) THEN
    RAISE EXCEPTION 'the order of this key was placed in another shard' USING ERRCODE = '53M04';
  END IF;
  NEW.placed_in := placed_here();
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION claim_as_before() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT moved_lately() THEN RETURN NEW; END IF;
  IF EXISTS (
    SELECT FROM outbox JOIN orders ON id = order_id WHERE outbox.user_id = NEW.user_id AND placed_in <> placed_here()
  ) THEN RETURN NULL; END IF;
  NEW.leased_until := now() + interval '50 seconds';
  RETURN NEW;
END $$;

REVOKE ALL ON FUNCTION moved_lately FROM PUBLIC;
