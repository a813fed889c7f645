DROP INDEX CONCURRENTLY IF EXISTS orders_last_changed_first;
CREATE INDEX CONCURRENTLY orders_last_changed_first ON orders (changed_at DESC, id DESC);
