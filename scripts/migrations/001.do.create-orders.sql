-- Milliseconds, because list cursors carry them: a finer time would put orders before and after the same cursor.
CREATE TABLE orders (
  id uuid PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL CHECK (user_id ~ '^[A-Za-z][A-Za-z0-9._-]{0,99}$'),
  product_name text NOT NULL CHECK (char_length(product_name) BETWEEN 1 AND 255),
  quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 1000000),
  price numeric(10, 2) NOT NULL CHECK (price BETWEEN 0.01 AND 99999999.99),
  status text NOT NULL CHECK (status IN ('created', 'confirmed')),
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL
);

CREATE INDEX orders_newest_first ON orders (created_at DESC, id DESC);
CREATE INDEX orders_of_user_newest_first ON orders (user_id, created_at DESC, id DESC);

-- One row for each order whose receipt or event has not been delivered yet.
CREATE TABLE outbox (
  order_id uuid PRIMARY KEY REFERENCES orders (id),
  receipt_pending boolean NOT NULL DEFAULT true,
  event_pending boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now()
);
