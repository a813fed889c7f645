import type pg from 'pg';
import { TestShard } from '../../tests/support/test-shard.ts';
import { DatabaseSecrets } from '../adapters/database-secrets.ts';
import { PostgresMoveReader } from '../adapters/postgres/move-reader.ts';
import { PostgresMoverLock } from '../adapters/postgres/mover-lock.ts';
import { PostgresMoves } from '../adapters/postgres/moves.ts';
import { PostgresOwnerRepair } from '../adapters/postgres/owner-repair.ts';
import { ShardDatabases } from '../adapters/postgres/shard-databases.ts';
import { PostgresStoredOrders } from '../adapters/postgres/stored-orders.ts';
import type { ConnectedShard } from '../adapters/shard-variables.ts';
import type { Metrics, MetricValues } from '../contract/metrics.ts';
import { MemoryLog } from '../testing/ports.ts';

const LIMITS = { connect: 60_000, statement: 60_000, total: 90_000 };

export const SOURCE: ConnectedShard = { id: 1, from: 'A', to: 'M', next: ['A', 'F'], secret: '1' };
export const OTHER: ConnectedShard = { id: 2, from: 'N', to: 'Z', next: ['N', 'Z'], secret: '2' };
export const TARGET: ConnectedShard = { id: 3, next: ['G', 'M'], secret: '3' };

/** Two shards before and three after: users from G to M move. */
export const MAP: readonly ConnectedShard[] = [SOURCE, OTHER, TARGET];

const PLACE = `
  INSERT INTO orders (id, user_id, product_name, quantity, price, status, created_at, updated_at)
  SELECT gen_random_uuid(), $1, 'Lamp', 1, 2.50, 'confirmed', now() - make_interval(secs => n), now()
  FROM generate_series(1, $2::int) AS n`;

/** Three real shards, and the mover as it signs in to them. */
export class ThreeShards {
  readonly log = new MemoryLog();
  readonly recorded: MetricValues[] = [];
  readonly shards = MAP;
  readonly moves: PostgresMoves;
  readonly reader: PostgresMoveReader;
  readonly repair: PostgresOwnerRepair;
  readonly stored: PostgresStoredOrders;
  readonly lock: PostgresMoverLock;
  readonly metrics: Metrics = { record: (_, values) => this.recorded.push(values) };
  readonly now = () => new Date();
  readonly #tests: readonly TestShard[];
  readonly #databases: ShardDatabases;

  private constructor(tests: readonly TestShard[]) {
    this.#tests = tests;
    this.#databases = this.connect();
    this.moves = new PostgresMoves(this.#databases);
    this.reader = new PostgresMoveReader(this.#databases);
    this.repair = new PostgresOwnerRepair(this.#databases);
    this.stored = new PostgresStoredOrders(this.#databases);
    this.lock = new PostgresMoverLock(this.#databases, MAP);
  }

  static async create(): Promise<ThreeShards> {
    return new ThreeShards(await Promise.all(MAP.map(() => TestShard.create())));
  }

  /** Connections of their own, as another mover has them, or as a function has that serves requests. */
  connect(map = MAP, login: 'mover' | 'user' = 'mover'): ShardDatabases {
    const secrets = new DatabaseSecrets(async (name) => {
      const { port, database, [login]: user } = this.shard(Number(name));
      return JSON.stringify({ host: '127.0.0.1', port, dbname: database, ...user });
    });
    return new ShardDatabases({ shards: map, tls: true }, secrets, this.log, LIMITS);
  }

  shard(id: number): TestShard {
    const shard = this.#tests[id - 1];
    if (shard === undefined) throw new Error(`There is no shard ${id}.`);
    return shard;
  }

  async place(id: number, userId: string, orders = 1): Promise<void> {
    await this.shard(id).sql(PLACE, [userId, orders]);
  }

  /** Puts an order where the guard of the shard lets nobody put it. */
  async misplace(id: number, userId: string): Promise<void> {
    await this.shard(id).asMaster(async (client) => {
      await client.query("SELECT set_config('orderflow.moving', 'on', false)");
      await client.query(PLACE, [userId, 1]);
    });
  }

  /** How many orders each user has in a shard. */
  async orders(id: number): Promise<Record<string, number>> {
    const rows = await this.shard(id).sql('SELECT user_id, count(*)::int AS orders FROM orders GROUP BY 1 ORDER BY 1');
    return Object.fromEntries(rows.map(({ user_id, orders }) => [user_id, orders]));
  }

  /** Makes the minute pass after which old rows are archived. */
  async passAMinute(): Promise<void> {
    for (const shard of this.#tests) await shard.sql(`UPDATE placements SET changed_at = changed_at - interval '61 s'`);
  }

  /** Keeps the database of a shard as it is now. */
  async keep(id: number): Promise<void> {
    await this.#alone(id, async (client, database) => {
      await client.query(`DROP DATABASE IF EXISTS ${database}_kept`);
      await client.query(`CREATE DATABASE ${database}_kept TEMPLATE ${database}`);
    });
  }

  /** Puts the kept database in the place of the shard's, as a restore to a point in time does. */
  async putBack(id: number): Promise<void> {
    await this.#alone(id, async (client, database) => {
      await client.query(`DROP DATABASE IF EXISTS ${database}_before`);
      await client.query(`ALTER DATABASE ${database} RENAME TO ${database}_before`);
      await client.query(`ALTER DATABASE ${database}_kept RENAME TO ${database}`);
    });
  }

  /** While nobody is signed in to the database of a shard. */
  #alone(id: number, work: (client: pg.Client, database: string) => Promise<void>): Promise<void> {
    const { database } = this.shard(id);
    return this.shard(id).asMaster(async (client) => {
      await client.query('SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1', [
        database,
      ]);
      await work(client, database);
    }, 'postgres');
  }

  async empty(): Promise<void> {
    for (const shard of this.#tests) {
      await shard.sql(`TRUNCATE orders, outbox, order_statistics, order_statistics_delta, orders_archive,
        placements, move_changes, shard_ranges, shard_move`);
    }
    this.recorded.length = 0;
  }

  async close(): Promise<void> {
    await this.#databases.close();
  }
}
