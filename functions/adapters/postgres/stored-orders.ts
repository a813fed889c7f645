import type { ShardRange } from '../../domain/shard-map.ts';
import type { StoredShard } from '../../domain/shard-plan.ts';
import { ORDERS_OF_USERS } from './order-statistics.ts';
import { USER_KEY } from './range-condition.ts';
import type { ShardDatabases } from './shard-databases.ts';

const READ = `
  SELECT pg_total_relation_size('orders')::float8 AS bytes, (
    SELECT coalesce(json_agg(counted ORDER BY key), '[]') FROM (
      SELECT ${USER_KEY} AS key, count(*) AS users, sum(orders) AS orders
      FROM (SELECT user_id, sum(orders) AS orders FROM (${ORDERS_OF_USERS}) AS parts GROUP BY 1) AS users
      WHERE orders > 0 GROUP BY 1
    ) AS counted
  ) AS keys`;

/** How the orders of the shards are distributed. */
export class PostgresStoredOrders {
  readonly #databases: ShardDatabases;

  constructor(databases: ShardDatabases) {
    this.#databases = databases;
  }

  /** What a shard holds, as its statistics say it. @throws ShardUnavailableError */
  async read(shard: ShardRange): Promise<StoredShard> {
    const stored = await this.#databases.queryRow<Omit<StoredShard, 'id'>>(shard, { text: READ, values: [] });
    return { id: shard.id, ...stored };
  }
}
