DROP INDEX CONCURRENTLY IF EXISTS orders_of_user_unconfirmed;
CREATE INDEX CONCURRENTLY orders_of_user_unconfirmed ON orders (user_id, created_at DESC, id DESC) WHERE status = 'created';
