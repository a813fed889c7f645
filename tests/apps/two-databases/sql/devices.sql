CREATE TABLE IF NOT EXISTS devices (
  device_id text PRIMARY KEY,
  name text NOT NULL,
  location text,
  active boolean NOT NULL DEFAULT true,
  changed_at timestamptz NOT NULL
);
