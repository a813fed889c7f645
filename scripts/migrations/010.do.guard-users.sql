-- A shard refuses to change the orders of users whom it does not own. The class 53 of these errors is "unavailable" for every
-- release. The locks, held to the end of the transaction, are those that move_claim, move_leave and move_ranges take
-- exclusively; a user shares theirs with others, so that a batch does not fill the lock table. In a volatile function each query
-- has a snapshot of its own, so what is read after a lock is what its last owner left. SECURITY DEFINER, since no release's user
-- may read these tables while it is migrated.
CREATE FUNCTION guard_orders() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  placed public.placements;
  range public.shard_ranges;
  key text COLLATE "C";
  this_move integer;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7210005, 0);
  SELECT move INTO this_move FROM public.shard_move;
  IF NOT FOUND THEN RETURN NEW; END IF;
  PERFORM pg_advisory_xact_lock_shared(7210006, hashtext(NEW.user_id) & 1023);
  SELECT * INTO placed FROM public.placements WHERE user_id = NEW.user_id;
  IF placed.state = 'here' THEN RETURN NEW; END IF;
  IF placed.state = 'copying' THEN
    INSERT INTO public.move_changes VALUES (NEW.user_id, NEW.id) ON CONFLICT DO NOTHING;
    RETURN NEW;
  END IF;
  IF placed.state IS NULL THEN
    key := upper(left(NEW.user_id, 3) COLLATE "C");
    SELECT * INTO range FROM public.shard_ranges WHERE from_key <= key AND (key < before_key OR before_key IS NULL);
    -- After an abort, users who have not moved yet are in a range of role "in", with their orders.
    IF range.role = 'own' OR range.role IN ('in', 'out') AND EXISTS (SELECT FROM public.orders WHERE user_id = NEW.user_id)
    THEN RETURN NEW; END IF;
  END IF;
  -- Releases before this one renew all unconfirmed orders of a shard in one statement.
  IF TG_OP = 'UPDATE' AND NEW.renewed_at IS DISTINCT FROM OLD.renewed_at THEN RETURN NULL; END IF;
  IF placed.state = 'leaving' THEN
    RAISE EXCEPTION 'the user is moving to another shard at this moment' USING ERRCODE = '53M02',
      DETAIL = json_build_object('move', placed.move, 'attempt', placed.attempt, 'peer', placed.peer,
        'expired', placed.lease_until < clock_timestamp());
  END IF;
  RAISE EXCEPTION 'the user is in another shard' USING ERRCODE = '53M01',
    DETAIL = json_build_object('peer', coalesce(placed.peer, range.peer), 'move', coalesce(placed.move, this_move),
      'new', placed.state IS NULL AND range.role = 'out', 'notYet', placed.state IS NULL AND range.role = 'in');
END $$;

-- Rows that nobody may touch are passed over, so that no release's relay takes them.
CREATE FUNCTION guard_outbox() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7210005, 0);
  IF EXISTS (SELECT FROM public.shard_move) THEN
    PERFORM pg_advisory_xact_lock_shared(7210006, hashtext(OLD.user_id) & 1023);
    IF EXISTS (SELECT FROM public.placements WHERE user_id = OLD.user_id AND state NOT IN ('here', 'copying')) THEN
      RETURN NULL;
    END IF;
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER guard_orders BEFORE INSERT OR UPDATE ON orders
  FOR EACH ROW WHEN (current_setting('orderflow.moving', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION guard_orders();
CREATE TRIGGER guard_outbox BEFORE UPDATE OR DELETE ON outbox
  FOR EACH ROW WHEN (current_setting('orderflow.moving', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION guard_outbox();

-- Orders that move are not placed, published or confirmed once more.
CREATE OR REPLACE TRIGGER count_placed_orders AFTER INSERT ON orders
  REFERENCING NEW TABLE AS inserted
  FOR EACH STATEMENT WHEN (current_setting('orderflow.moving', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION count_placed_orders();
CREATE OR REPLACE TRIGGER count_changed_orders AFTER UPDATE ON orders
  REFERENCING OLD TABLE AS updated_from NEW TABLE AS updated_to
  FOR EACH STATEMENT WHEN (current_setting('orderflow.moving', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION count_changed_orders();
