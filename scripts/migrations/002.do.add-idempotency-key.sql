-- The key under which a client placed the order, so that the same request sent again finds it.
ALTER TABLE orders ADD COLUMN idempotency_key text COLLATE "C" CHECK (idempotency_key ~ '^[\x21-\x7e]{1,255}$');

CREATE UNIQUE INDEX orders_of_user_by_idempotency_key ON orders (user_id, idempotency_key)
  WHERE idempotency_key IS NOT NULL;
