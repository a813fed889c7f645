import { ERASED_AT_ONCE, type ErasedPage, type ErasedTraces, type UserErasure } from '../../domain/erasure.ts';
import type { ShardRange } from '../../domain/shard-map.ts';
import type { ShardDatabases } from './shard-databases.ts';

interface PageRow {
  readonly outcome: ErasedPage['outcome'];
  readonly erased: number;
  readonly copies: number;
  readonly stopped: boolean;
  readonly leaving: {
    readonly move: number;
    readonly attempt: number;
    readonly peer: number;
    readonly expired: boolean;
  };
}

/** Erases users, as `ordermover`: scripts/migrations has the functions. */
export class PostgresUserErasure implements UserErasure {
  readonly #databases: ShardDatabases;

  constructor(databases: ShardDatabases) {
    this.#databases = databases;
  }

  async orders(shard: ShardRange, userId: string, placedUntil: Date): Promise<ErasedPage> {
    const { outcome, erased, copies, stopped, leaving } = await this.#databases.queryRow<PageRow>(shard, {
      text: 'SELECT * FROM erase_orders($1, $2, $3)',
      values: [userId, placedUntil, ERASED_AT_ONCE],
    });
    if (outcome === 'busy') return { outcome };
    if (outcome === 'erased') return { outcome, orders: erased, copies, stopped };
    const { peer, expired, ...attempt } = leaving;
    return { outcome, attempt: { userId, ...attempt }, peer, expired };
  }

  traces(shard: ShardRange, userId: string): Promise<ErasedTraces> {
    return this.#databases.queryRow(shard, { text: 'SELECT * FROM erase_traces($1)', values: [userId] });
  }

  async known(shard: ShardRange, orderIds: readonly string[]): Promise<readonly string[]> {
    const text = 'SELECT id FROM orders WHERE id = ANY($1::uuid[])';
    const rows = await this.#databases.query<{ id: string }>(shard, { text, values: [orderIds] });
    return rows.map(({ id }) => id);
  }
}
