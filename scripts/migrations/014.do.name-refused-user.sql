-- What a shard says of a user whom it does not have names the user, so that whoever asked for many knows whom to leave out.
CREATE OR REPLACE FUNCTION guard_orders() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
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
      DETAIL = json_build_object('user', NEW.user_id, 'move', placed.move, 'attempt', placed.attempt,
        'peer', placed.peer, 'expired', placed.lease_until < clock_timestamp());
  END IF;
  RAISE EXCEPTION 'the user is in another shard' USING ERRCODE = '53M01',
    DETAIL = json_build_object('user', NEW.user_id, 'peer', coalesce(placed.peer, range.peer),
      'move', coalesce(placed.move, this_move),
      'new', placed.state IS NULL AND range.role = 'out', 'notYet', placed.state IS NULL AND range.role = 'in');
END $$;

-- No longer than migrations do: every statement queues behind one that waits for this lock, and requests wait 1.2 s.
ALTER FUNCTION move_ranges(integer, text, text) SET lock_timeout = '500ms';
