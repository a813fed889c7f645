CREATE TABLE IF NOT EXISTS readings (
  reading_id uuid PRIMARY KEY,
  device_id text NOT NULL,
  metric text NOT NULL,
  value double precision NOT NULL,
  measured_at timestamptz NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX IF NOT EXISTS readings_by_device ON readings (device_id, metric, measured_at DESC);
