-- The map by which users were distributed at the last deployment, as a list of {id, from, to}; null for one of an earlier release.
ALTER TABLE placement ADD COLUMN map jsonb;
