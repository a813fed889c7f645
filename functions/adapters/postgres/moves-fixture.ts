import { SHARD, TestShard, UNHURRIED } from '../../../tests/support/test-shard.ts';
import type { OwnedRange } from '../../domain/moves.ts';
import type { Order } from '../../domain/order.ts';
import type { MoveAttempt } from '../../domain/ports.ts';
import { anOrder } from '../../testing/orders.ts';
import { MemoryLog } from '../../testing/ports.ts';
import { PostgresMoves } from './moves.ts';
import { PostgresOrderStatistics } from './order-statistics.ts';
import { PostgresOrderStore } from './order-store.ts';
import { PostgresOrderWriter } from './order-writer.ts';
import { PostgresOutbox } from './outbox.ts';
import { ShardDatabases } from './shard-databases.ts';

export const ID = (n: number) => `019d0f2e-7b5c-7000-8000-${String(n).padStart(12, '0')}`;

/** A shard on a database of its own, with all that functions and the mover say to it. */
export class Place {
  readonly id: number;
  readonly test: TestShard;
  readonly databases: ShardDatabases;
  readonly moves: PostgresMoves;
  readonly writer: PostgresOrderWriter;
  readonly store: PostgresOrderStore;
  readonly outbox: PostgresOutbox;
  readonly #statistics: PostgresOrderStatistics;
  readonly asMover: ShardDatabases;

  private constructor(id: number, test: TestShard) {
    this.id = id;
    this.test = test;
    this.databases = test.open();
    this.asMover = new ShardDatabases(
      { shards: [{ ...SHARD, secret: SHARD.masterSecret }], tls: true },
      test.secrets(),
      new MemoryLog(),
      UNHURRIED,
    );
    this.moves = new PostgresMoves(this.asMover);
    this.writer = new PostgresOrderWriter(this.databases);
    this.store = new PostgresOrderStore(this.databases);
    this.outbox = new PostgresOutbox(this.databases);
    this.#statistics = new PostgresOrderStatistics(this.databases);
  }

  /** @param id by which other shards know it */
  static async create(id: number): Promise<Place> {
    return new Place(id, await TestShard.create());
  }

  place(n: number, over: Partial<Order> = {}, key?: string) {
    return this.writer.place(SHARD, anOrder({ id: ID(n), createdAt: new Date(), ...over }), key);
  }

  /** The rows as they are, to the last digit. */
  async rows(table: 'orders' | 'outbox', userId = 'alice'): Promise<unknown[]> {
    const rows = await this.test.sql(
      `SELECT to_jsonb(row) AS value FROM ${table} AS row WHERE user_id = $1 ORDER BY to_jsonb(row)`,
      [userId],
    );
    return rows.map(({ value }) => value);
  }

  async state(userId = 'alice'): Promise<unknown> {
    return (await this.test.sql('SELECT state FROM placements WHERE user_id = $1', [userId]))[0]?.state;
  }

  async statistics(userId?: string) {
    const { asOf, outbox, ...counts } = await this.#statistics.read(SHARD, userId);
    return counts;
  }

  fold(): Promise<void> {
    return this.#statistics.fold(SHARD);
  }

  async close(): Promise<void> {
    await Promise.all([this.databases.close(), this.asMover.close()]);
  }

  async empty(): Promise<void> {
    await this.test.sql(`TRUNCATE orders, outbox, order_statistics, order_statistics_delta, orders_archive,
      placements, move_changes, shard_ranges, shard_move`);
  }
}

/** Begins to move users from A to F, from shard 1 or back to it; shard 1 keeps the others. */
export async function beginMove(source: Place, target: Place, move = 1): Promise<void> {
  const moving = { from: 'A', before: 'G' };
  const others: OwnedRange = { role: 'own', from: 'G', before: undefined };
  const keeps = (place: Place) => (place.id === 1 ? [others] : []);
  await target.moves.setMove(SHARD, move, 'running', [{ role: 'in', ...moving, peer: source.id }, ...keeps(target)]);
  await source.moves.setMove(SHARD, move, 'running', [{ role: 'out', ...moving, peer: target.id }, ...keeps(source)]);
}

/** Claims a user and copies what there is, or what the attempt lacks, a page of two orders at a time. */
export async function copy(source: Place, target: Place, move = 1, userId = 'alice'): Promise<MoveAttempt> {
  const claimed = await source.moves.claim(SHARD, userId, move, target.id);
  if (claimed.outcome !== 'copying') throw new Error(`The user cannot be claimed: ${claimed.outcome}.`);
  const attempt = { userId, move, attempt: claimed.attempt };
  const { copied } = await target.moves.expect(SHARD, attempt, source.id);
  let page = await source.moves.page(SHARD, userId, copied, 2);
  while (page.orders > 0) {
    await target.moves.take(SHARD, attempt, page.rows);
    page = await source.moves.page(SHARD, userId, page.last, 2);
  }
  return attempt;
}

/** @returns the rest of a copied user */
export async function leave(source: Place, attempt: MoveAttempt): Promise<string> {
  const leaving = await source.moves.leave(SHARD, attempt, true);
  if (leaving.outcome !== 'leaving') throw new Error(`The user cannot leave: ${leaving.outcome}.`);
  return leaving.rest;
}

/** Moves a user from beginning to end. */
export async function moveUser(source: Place, target: Place, move = 1, userId = 'alice'): Promise<void> {
  const attempt = await copy(source, target, move, userId);
  await target.moves.arrive(SHARD, attempt, await leave(source, attempt));
  await source.moves.left(SHARD, attempt);
}
