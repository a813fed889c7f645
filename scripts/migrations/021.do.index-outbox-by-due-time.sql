DROP INDEX CONCURRENTLY IF EXISTS outbox_due_first;
CREATE INDEX CONCURRENTLY outbox_due_first ON outbox (due_at);
