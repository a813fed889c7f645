import { v7 as newId } from 'uuid';
import { PostgresMoves } from '../adapters/postgres/moves.ts';
import { PostgresOrderLists } from '../adapters/postgres/order-lists.ts';
import { PostgresOrderStatistics } from '../adapters/postgres/order-statistics.ts';
import { PostgresOrderStore } from '../adapters/postgres/order-store.ts';
import { PostgresOrderWriter } from '../adapters/postgres/order-writer.ts';
import { PostgresOutbox } from '../adapters/postgres/outbox.ts';
import type { ShardDatabases } from '../adapters/postgres/shard-databases.ts';
import { PostgresUserErasure } from '../adapters/postgres/user-erasure.ts';
import type { Order } from '../domain/order.ts';
import { readStatistics, sum } from '../domain/statistics.ts';
import { UsersPlace } from '../domain/users-place.ts';
import { MAP, ThreeShards } from '../move-users/mover-fixture.ts';
import { runMover } from '../move-users/run-mover.ts';
import { MemoryUserReceipts } from '../testing/memory-user-receipts.ts';
import { anOrder } from '../testing/orders.ts';
import { type ErasedOrders, eraseOrders } from './erase-orders.ts';

/** Users from G to M move from the first shard to the third one; with all that says something to them. */
export class StoredUsers {
  readonly three: ThreeShards;
  readonly erasure: PostgresUserErasure;
  readonly lists: PostgresOrderLists;
  readonly outbox: PostgresOutbox;
  readonly store: PostgresOrderStore;
  readonly statistics: PostgresOrderStatistics;
  readonly receipts = new MemoryUserReceipts();
  readonly #serving: ShardDatabases;
  readonly #operating: ShardDatabases;
  readonly #writer: PostgresOrderWriter;

  private constructor(three: ThreeShards) {
    this.three = three;
    this.#serving = three.connect(MAP, 'user');
    this.#operating = three.connect();
    this.erasure = new PostgresUserErasure(this.#operating);
    this.lists = new PostgresOrderLists(this.#operating);
    this.#writer = new PostgresOrderWriter(this.#serving);
    this.outbox = new PostgresOutbox(this.#serving);
    this.store = new PostgresOrderStore(this.#serving);
    this.statistics = new PostgresOrderStatistics(this.#serving);
  }

  static async create(): Promise<StoredUsers> {
    return new StoredUsers(await ThreeShards.create());
  }

  /** Places an order where the user is, as a request does. */
  async order(userId: string, over: Partial<Order> = {}, key?: string): Promise<Order> {
    const order = anOrder({ id: newId(), userId, createdAt: new Date(), ...over });
    const places = new UsersPlace(MAP, new PostgresMoves(this.#serving));
    return (await places.at(userId, (shard) => this.#writer.place(shard, order, key))).order;
  }

  erase(userId: string, placedUntil = new Date(), shards = MAP): Promise<ErasedOrders> {
    return eraseOrders(userId, placedUntil, { shards, erasure: this.erasure, moves: this.three.moves });
  }

  /** Where anything of a user is stored, such as `shard1.orders`, and how many rows. */
  async traces(userId: string): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    for (const { id } of MAP) {
      const tables = await this.three
        .shard(id)
        .sql(`SELECT table_name AS name FROM information_schema.columns WHERE column_name = 'user_id' ORDER BY 1`);
      for (const { name } of tables) {
        const [row] = await this.three
          .shard(id)
          .sql(`SELECT count(*)::int AS n FROM ${name} WHERE user_id = $1`, [userId]);
        if (Number(row?.n) > 0) found[`shard${id}.${name}`] = Number(row?.n);
      }
    }
    return found;
  }

  /** Orders and revenue, as the API tells them: everybody's when no user is named. */
  async placed(userId?: string) {
    const { answers } = await readStatistics(userId, { shards: MAP, statistics: this.statistics, log: this.three.log });
    return sum(answers.map(({ answer }) => answer.placed));
  }

  async confirmed() {
    const { answers } = await readStatistics(undefined, {
      shards: MAP,
      statistics: this.statistics,
      log: this.three.log,
    });
    return sum(answers.map(({ answer }) => answer.confirmed));
  }

  async fold(): Promise<void> {
    for (const shard of MAP) await this.statistics.fold(shard);
  }

  /** Lets the mover do all that it can, archive included. */
  async moveAll(): Promise<void> {
    await runMover(this.three);
    await this.three.passAMinute();
    await runMover(this.three);
  }

  async empty(): Promise<void> {
    await this.three.empty();
    this.receipts.kept = [];
  }

  async close(): Promise<void> {
    await Promise.all([this.three.close(), this.#serving.close(), this.#operating.close()]);
  }
}
