import pg from 'pg';
import { refusalOf } from '../../functions/adapters/postgres/failures.ts';
import { PostgresMoves } from '../../functions/adapters/postgres/moves.ts';
import { REQUEST_LIMITS, ShardDatabases, type Statement } from '../../functions/adapters/postgres/shard-databases.ts';
import { ShardUnavailableError } from '../../functions/domain/errors.ts';
import type { ShardRange } from '../../functions/domain/shard-map.ts';
import { MemoryLog } from '../../functions/testing/ports.ts';
import type { PostgresAccess } from '../support/engines.ts';
import { TestShard } from '../support/test-shard.ts';
import { Player, type Stage } from './scheduler.ts';
import { BEGIN, type Place, type World } from './world.ts';

/** Users from A to F move from shard 1 to shard 2. */
export const MOVING_MAP: readonly ShardRange[] = [
  { id: 1, from: 'A', to: 'Z', next: ['G', 'Z'] },
  { id: 2, next: ['A', 'F'] },
];
export const [SOURCE, TARGET] = MOVING_MAP as [ShardRange, ShardRange];

/** Orders by their names in the model. */
export const idOf = (name: string) => `019d0f2e-7b5c-7000-8000-${name.charCodeAt(0).toString().padStart(12, '0')}`;
export const nameOf = (id: string) => String.fromCharCode(Number(id.slice(-12)));

/** What the world outside sees: the part of the model's world that no shard has. */
export type Seen = { -readonly [Key in 'published' | 'acknowledged' | 'before' | 'keys' | 'confirmed']: string[] };

/** Work that the guard and the statistics leave alone, as steps of a move do. */
const UNGUARDED = (text: string) => `BEGIN; SET LOCAL orderflow.moving = 'on'; ${text}; COMMIT`;
/** Faster than to truncate so many tables of a few rows. */
const EMPTY = UNGUARDED(
  [
    'outbox',
    'orders',
    'order_statistics',
    'order_statistics_delta',
    'placements',
    'move_changes',
    'shard_ranges',
    'shard_move',
  ]
    .map((table) => `DELETE FROM ${table}`)
    .join('; '),
);

/** Two shards on a real Postgres, with one user, and players who work on them over connections of their own. */
export class RealWorld implements Stage {
  players: readonly Player[] = [];
  seen: Seen = { published: [], acknowledged: [], before: [], keys: [], confirmed: [] };
  readonly #shards: readonly TestShard[];
  /** One for each shard, for what no player does. */
  readonly #clients: readonly pg.Client[];
  readonly #databases = new Map<Player, PlayersDatabases>();

  private constructor(shards: readonly TestShard[], clients: readonly pg.Client[]) {
    this.#shards = shards;
    this.#clients = clients;
  }

  static async create(server: PostgresAccess): Promise<RealWorld> {
    const shards = await Promise.all([TestShard.create(server), TestShard.create(server)]);
    const world = new RealWorld(shards, await Promise.all(shards.map(logIn)));
    // Whoever meets a user on the way takes the lease for ended, as if a mover had been frozen for long.
    await world.#sql(`CREATE FUNCTION end_lease() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN NEW.lease_until := '-infinity'; RETURN NEW; END $$;
      CREATE TRIGGER end_lease BEFORE UPDATE ON placements FOR EACH ROW WHEN (NEW.state = 'leaving') EXECUTE FUNCTION end_lease()`);
    return world;
  }

  /** As {@link BEGIN}: a user with one order whose event is due, in the middle of a move that has just begun. */
  async reset(names: readonly string[]): Promise<void> {
    this.players = names.map((name) => this.#addPlayer(name));
    this.seen = { published: [], acknowledged: ['o'], before: [], keys: [], confirmed: [] };
    await this.#sql(EMPTY);
    await this.#clients[0]?.query(
      `WITH placed AS (
         INSERT INTO orders (id, user_id, product_name, quantity, price, status, created_at, updated_at, placed_in)
         VALUES ($1, 'alice', 'Lamp', 1, 1, 'created', now() - interval '1 minute', now(), 'shard1 (A-Z)') RETURNING *)
       INSERT INTO outbox (order_id, user_id, left_to_relay, due_at, created_at, receipt_pending)
       SELECT id, user_id, true, now() - interval '1 second', created_at, false FROM placed`,
      [idOf('o')],
    );
    const moves = new PostgresMoves(await this.setup());
    const own = { role: 'own', from: 'G', before: undefined } as const;
    await moves.setMove(TARGET, 1, 'running', [{ role: 'in', from: 'A', before: 'G', peer: 1 }]);
    await moves.setMove(SOURCE, 1, 'running', [{ role: 'out', from: 'A', before: 'G', peer: 2 }, own]);
  }

  /** The shards as somebody has them who works alone. */
  setup(): Promise<ShardDatabases> {
    return this.databasesOf(this.#addPlayer('setup'), false);
  }

  /** @param byTurns whether the player waits at each point */
  async databasesOf(player: Player, byTurns = true): Promise<ShardDatabases> {
    const known = this.#databases.get(player);
    if (known === undefined) throw new Error(`${player.name} does not play here.`);
    await known.connect();
    known.byTurns = byTurns;
    return known;
  }

  async isBlocked(player: Player): Promise<boolean> {
    const found = await this.#databases.get(player)?.isBlocked();
    return found === true;
  }

  async kill(player: Player): Promise<void> {
    const isIdle = player.state === 'waiting';
    player.kill();
    await this.#databases.get(player)?.kill(isIdle);
  }

  /** Takes the guard away, or puts it back. */
  guard(on: boolean): Promise<void> {
    return this.#sql(`ALTER TABLE orders ${on ? 'ENABLE' : 'DISABLE'} TRIGGER guard_orders`);
  }

  /** Lets time go by: leases end, and everything is due. */
  async later(): Promise<void> {
    await this.#sql(
      UNGUARDED(`UPDATE outbox SET created_at = created_at - interval '1 hour', due_at = now() - interval '1 second',
      leased_until = NULL`),
    );
  }

  /** The model's view of it. */
  async world(): Promise<World> {
    const [source, target] = await Promise.all(this.#clients.map(read));
    if (source === undefined || target === undefined) throw new Error('There are not two shards.');
    return { ...BEGIN, ...this.seen, source, target };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#databases.values()].map((databases) => databases.close()));
    await Promise.all(this.#clients.map((client) => client.end()));
  }

  #addPlayer(name: string): Player {
    const known = [...this.#databases.keys()].find((player) => player.name === name);
    const player = known ?? new Player(name);
    if (known === undefined) {
      this.#databases.set(player, new PlayersDatabases(player, this.#shards, this.#clients[0] as pg.Client));
    }
    return player;
  }

  async #sql(text: string): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.query(text)));
  }
}

/** The shards as one player has them: each statement is a transaction with a point before it and one before its end. */
class PlayersDatabases extends ShardDatabases {
  byTurns = true;
  readonly #player: Player;
  readonly #shards: readonly TestShard[];
  readonly #monitor: pg.Client;
  #clients: pg.Client[] = [];

  constructor(player: Player, shards: readonly TestShard[], monitor: pg.Client) {
    super({ shards: [], tls: true }, shards[0]?.secrets() as never, new MemoryLog(), REQUEST_LIMITS);
    this.#player = player;
    this.#shards = shards;
    this.#monitor = monitor;
  }

  async connect(): Promise<void> {
    if (this.#clients.length > 0) return;
    this.#clients = await Promise.all(this.#shards.map(logIn));
  }

  override async query<Row extends pg.QueryResultRow>(shard: ShardRange, { text, values }: Statement): Promise<Row[]> {
    const client = this.#clients[shard.id - 1] as pg.Client;
    try {
      if (this.byTurns) return await this.#runByTurns(client, text, values);
      return (await client.query<Row>(text, [...values])).rows;
    } catch (error) {
      if (this.#player.state === 'dead') return new Promise(() => undefined);
      const refusal = refusalOf(error);
      throw refusal === undefined ? error : new ShardUnavailableError(`shard${shard.id}`, { cause: error, refusal });
    }
  }

  async isBlocked(): Promise<boolean> {
    const found = await this.#monitor.query(
      'SELECT FROM unnest($1::int[]) AS pid WHERE cardinality(pg_blocking_pids(pid)) > 0',
      [this.#pids()],
    );
    return (found.rowCount ?? 0) > 0;
  }

  /**
   * Does what the server does when a process ends: whatever it has not committed is rolled back.
   *
   * @param isIdle whether no statement runs; then the connection, which is the dear thing, serves the next schedule
   */
  async kill(isIdle: boolean): Promise<void> {
    if (isIdle) return void (await Promise.all(this.#clients.map((client) => client.query('ROLLBACK'))));
    // Returns when the processes are gone, and with them their locks.
    await this.#monitor.query('SELECT pg_terminate_backend(pid, 10000) FROM unnest($1::int[]) AS pid', [this.#pids()]);
    this.#clients = [];
  }

  override async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.end()));
  }

  async #runByTurns<Row extends pg.QueryResultRow>(
    client: pg.Client,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    await this.#player.point();
    await client.query('BEGIN');
    try {
      const { rows } = await client.query<Row>(text, [...values]);
      await this.#player.point();
      await client.query('COMMIT');
      return rows;
    } catch (error) {
      if (this.#player.state !== 'dead') await client.query('ROLLBACK');
      throw error;
    }
  }

  #pids(): number[] {
    return this.#clients.map((client) => (client as unknown as { processID: number }).processID);
  }
}

async function logIn(shard: TestShard): Promise<pg.Client> {
  const { username: user, password } = shard.master;
  const client = new pg.Client({
    host: '127.0.0.1',
    port: shard.port,
    database: shard.database,
    user,
    password,
    ssl: { rejectUnauthorized: true },
    // Connections are killed here, the server is not.
    options: '-c synchronous_commit=off',
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function read(client: pg.Client): Promise<World[Place]> {
  const { rows } = await client.query(`
    SELECT (SELECT state FROM placements) AS state, (SELECT attempt FROM placements) AS attempt,
      (SELECT json_agg(json_build_object('id', id, 'key', idempotency_key, 'confirmed', status = 'confirmed')) FROM orders) AS orders,
      (SELECT json_agg(order_id) FROM outbox) AS outbox,
      (SELECT json_object_agg(fact, orders) FROM (
        SELECT fact, sum(orders)::int AS orders FROM (
          SELECT fact, orders FROM order_statistics WHERE user_id = 'alice' AND minute = '-infinity'
          UNION ALL SELECT fact, orders FROM order_statistics_delta WHERE user_id = 'alice'
        ) AS parts GROUP BY fact) AS summed) AS numbers`);
  const { state, attempt, orders, outbox, numbers } = rows[0];
  const { placed = 0, confirmed = 0 } = (numbers ?? {}) as { placed?: number; confirmed?: number };
  return {
    state: state ?? undefined,
    attempt: attempt ?? 0,
    copied: undefined,
    orders: ((orders ?? []) as { id: string; key: string | null; confirmed: boolean }[]).map(
      ({ id, key, confirmed }) => ({
        id: nameOf(id),
        key: key ?? undefined,
        confirmed,
      }),
    ),
    outbox: ((outbox ?? []) as string[]).map((id) => ({ id: nameOf(id), published: false, leftToRelay: true })),
    leased: false,
    changes: [],
    numbers: { placed, confirmed },
  };
}
