import { MoveBlockedError } from '../../domain/errors.ts';
import type { MovedPage, OwnerRepair } from '../../domain/moves.ts';
import type { MoveAttempt } from '../../domain/ports.ts';
import { type ShardRange, shardName } from '../../domain/shard-map.ts';
import type { ShardDatabases } from './shard-databases.ts';
import { type RetryPolicy, untilUnblocked } from './until-unblocked.ts';

/** Each waits a quarter of a second. */
const RETRY_POLICY: RetryPolicy = { attempts: 20, pauseMs: 100 };

const ARCHIVED = `
  WITH page AS (
    SELECT order_id, data FROM orders_archive WHERE user_id = $1 AND order_id > $2 ORDER BY order_id LIMIT $3
  )
  SELECT count(*)::int AS orders, coalesce(json_agg(data), '[]')::text AS rows, max(order_id::text) AS last FROM page`;
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** What gives users to one shard again after a restore, as `ordermover`: scripts/migrations/, move_own and those after it. */
export class PostgresOwnerRepair implements OwnerRepair {
  readonly #databases: ShardDatabases;

  constructor(databases: ShardDatabases) {
    this.#databases = databases;
  }

  async own(shard: ShardRange, { userId, move, attempt }: MoveAttempt, peer: number): Promise<void> {
    await this.#run(shard, 'SELECT move_own($1, $2, $3, $4)', [userId, move, attempt, peer]);
  }

  async merge(shard: ShardRange, userId: string, rows: string): Promise<void> {
    await this.#run(shard, 'SELECT move_merge($1, $2)', [userId, rows]);
  }

  async archived(
    shard: ShardRange,
    userId: string,
    after: string | undefined,
    limit: number,
  ): Promise<Pick<MovedPage, 'orders' | 'rows'> & { readonly last: string | undefined }> {
    const page = await this.#run<{ orders: number; rows: string; last: string | null }>(shard, ARCHIVED, [
      userId,
      after ?? NO_ID,
      limit,
    ]);
    return { ...page, last: page.last ?? undefined };
  }

  async giveUp(shard: ShardRange, { userId, move, attempt }: MoveAttempt, owner: number): Promise<void> {
    await this.#run(shard, 'SELECT move_yield($1, $2, $3, $4)', [userId, move, attempt, owner]);
  }

  #run<Row extends Record<string, unknown>>(shard: ShardRange, text: string, values: unknown[]): Promise<Row> {
    return untilUnblocked(
      RETRY_POLICY,
      () => this.#databases.queryRow<Row>(shard, { text, values }),
      (attempts, cause) => new MoveBlockedError(shardName(shard), attempts, { cause }),
    );
  }
}
