-- Which users this shard owns while users move between shards: docs/moving-users.md. Without a row in shard_move no user has ever
-- moved, and every user who comes here is this shard's.
CREATE TABLE shard_move (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  -- One greater than that of the move before; an abort is a move of its own, in the other direction.
  move integer NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'paused', 'finished')),
  changed_at timestamptz NOT NULL DEFAULT now()
);

-- Owners of users without a placement, by the first three characters of their ids in upper case: own = this shard, before,
-- during and after the move; out = this shard until the user has moved to `peer`; in = `peer` until the user has moved here.
CREATE TABLE shard_ranges (
  from_key text COLLATE "C" PRIMARY KEY,
  -- The first key behind the range; null for none.
  before_key text COLLATE "C",
  role text NOT NULL CHECK (role IN ('own', 'in', 'out')),
  peer smallint,
  CHECK ((role = 'own') = (peer IS NULL))
);

-- Users who move or have moved. Of the source: copying (owned here), leaving (owned by nobody until the lease ends or the move is
-- finished or undone), moved. Of the target: arriving, here (owned here), refused.
CREATE TABLE placements (
  user_id text COLLATE "C" PRIMARY KEY,
  move integer NOT NULL,
  -- Greater each time that the user is copied anew: what an earlier attempt says late has no effect.
  attempt integer NOT NULL,
  state text NOT NULL CHECK (state IN ('copying', 'leaving', 'moved', 'arriving', 'here', 'refused')),
  peer smallint NOT NULL,
  lease_until timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX placements_by_state ON placements (state, changed_at);

-- Orders that were stored or changed while their user was being copied.
CREATE TABLE move_changes (
  user_id text COLLATE "C" NOT NULL,
  order_id uuid NOT NULL,
  PRIMARY KEY (user_id, order_id)
);

-- What users had here who have moved. The order is a document, so that a later column of orders needs none here.
CREATE TABLE orders_archive (
  order_id uuid PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL,
  archived_at timestamptz NOT NULL DEFAULT now(),
  data jsonb NOT NULL
);
CREATE INDEX orders_archive_of_user ON orders_archive (user_id);
CREATE INDEX orders_archive_by_time ON orders_archive (archived_at);

-- Where the order was placed, e.g. 'shard1 (A-M)', which responses and receipts say for ever. The migrating session has set what
-- holds for the orders so far, and for those that earlier releases place.
ALTER TABLE orders ADD COLUMN placed_in text NOT NULL DEFAULT current_setting('orderflow.placed_in');
DO $$ BEGIN
  EXECUTE format('ALTER TABLE orders ALTER COLUMN placed_in SET DEFAULT %L', current_setting('orderflow.placed_in'));
END $$;

-- Until then, the relay has all rows of the user whose oldest row this is.
ALTER TABLE outbox ADD COLUMN leased_until timestamptz;
