-- One row: over how many shards users were distributed when this shard was last migrated.
CREATE TABLE placement (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  shards smallint NOT NULL CHECK (shards BETWEEN 1 AND 26)
);
