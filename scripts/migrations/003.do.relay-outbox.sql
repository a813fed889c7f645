ALTER TABLE outbox
  ADD COLUMN user_id text COLLATE "C",
  -- When the relay may take the order on. Of a user's outstanding orders, the oldest one's time counts for all.
  ADD COLUMN due_at timestamptz NOT NULL DEFAULT now(),
  -- Nobody but the relay may publish the event: its request gave up on it, or it must not overtake an older one.
  ADD COLUMN left_to_relay boolean NOT NULL DEFAULT false;

UPDATE outbox SET user_id = orders.user_id FROM orders WHERE orders.id = outbox.order_id;
ALTER TABLE outbox ALTER COLUMN user_id SET NOT NULL;

CREATE INDEX outbox_oldest_first ON outbox (created_at, order_id);
CREATE INDEX outbox_of_user_oldest_first ON outbox (user_id, created_at, order_id);

-- When the event of an unconfirmed order was last made outstanding again.
ALTER TABLE orders ADD COLUMN renewed_at timestamptz;
CREATE INDEX orders_unconfirmed ON orders (created_at) WHERE status = 'created';
