-- When a part of the system (a shard, the bucket, Kafka) was found down, and when it was found up again. Every shard that could be
-- reached has its own copy, so that the outage of a shard is known too.
CREATE TABLE part_transitions (
  part text COLLATE "C" NOT NULL,
  up boolean NOT NULL,
  at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX part_transitions_by_part ON part_transitions (part, at DESC);
CREATE INDEX part_transitions_newest_first ON part_transitions (at DESC);
