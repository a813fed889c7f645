import type { QueryResultRow } from 'pg';
import { SHARD } from '../../../tests/support/test-shard.ts';
import type { ShardRange } from '../../domain/shard-map.ts';
import { UsersPlace } from '../../domain/users-place.ts';
import { MemoryLog } from '../../testing/ports.ts';
import { PostgresMoves } from './moves.ts';
import { beginMove, copy, leave, moveUser, Place } from './moves-fixture.ts';
import { REQUEST_LIMITS, ShardDatabases, type Statement } from './shard-databases.ts';

/** Users from A to F move from shard 1 to shard 2. */
export const MOVING_MAP: readonly ShardRange[] = [
  { id: 1, from: 'A', to: 'Z', next: ['G', 'Z'] },
  { id: 2, next: ['A', 'F'] },
];

/** The map of the deployment after the move. */
export const MOVED_MAP: readonly ShardRange[] = [
  { id: 1, from: 'G', to: 'Z' },
  { id: 2, from: 'A', to: 'F' },
];

/** Two shards as a function has them, on databases of their own. Counts the statements. */
class BothDatabases extends ShardDatabases {
  readonly #places: readonly Place[];
  statements = 0;

  constructor(places: readonly Place[]) {
    super({ shards: [], tls: true }, places[0]?.test.secrets() as never, new MemoryLog(), REQUEST_LIMITS);
    this.#places = places;
  }

  override query<Row extends QueryResultRow>(shard: ShardRange, statement: Statement): Promise<Row[]> {
    this.statements += 1;
    const place = this.#places[shard.id - 1];
    if (place === undefined) throw new Error(`There is no shard ${shard.id}.`);
    return place.databases.query<Row>(SHARD, statement);
  }
}

/** A shard that users leave and one that they go to, with each state on the way. */
export class MovingShards {
  readonly source: Place;
  readonly target: Place;
  readonly databases: BothDatabases;
  /** The number of the move under way. */
  #move = 0;

  private constructor(source: Place, target: Place) {
    [this.source, this.target] = [source, target];
    this.databases = new BothDatabases([source, target]);
  }

  static async create(): Promise<MovingShards> {
    const [source, target] = await Promise.all([Place.create(1), Place.create(2)]);
    return new MovingShards(source, target);
  }

  /** Users as an environment finds them that has just started. */
  users(map: readonly ShardRange[] = MOVING_MAP): UsersPlace {
    return new UsersPlace(map, new PostgresMoves(this.databases));
  }

  begin(): Promise<void> {
    this.#move += 1;
    return beginMove(this.source, this.target, this.#move);
  }

  /** The user is being copied. */
  copying = () => copy(this.source, this.target, this.#move);

  /** The user has left the source. @returns what arrives at the target, and what the source notes then */
  leaving() {
    return this.#leaving(this.source, this.target);
  }

  /** The user is being copied back. */
  copyingBack = () => copy(this.target, this.source, this.#move);

  /** The user has left the target for the source again. */
  leavingBack() {
    return this.#leaving(this.target, this.source);
  }

  /** The time on the way is over. */
  expire(): Promise<unknown> {
    return this.source.test.sql(`UPDATE placements SET lease_until = now() - interval '1 second'`);
  }

  move(userId = 'alice'): Promise<void> {
    return moveUser(this.source, this.target, this.#move, userId);
  }

  /** Begins to move everybody back. */
  abort(): Promise<void> {
    this.#move += 1;
    return beginMove(this.target, this.source, this.#move);
  }

  moveBack(userId = 'alice'): Promise<void> {
    return moveUser(this.target, this.source, this.#move, userId);
  }

  /** Archives what alice had at the source, as a minute after she has moved. */
  async archive(): Promise<void> {
    await this.source.test.sql(`UPDATE placements SET changed_at = changed_at - interval '60 seconds'`);
    await this.source.moves.archive(SHARD, 'alice', 1_000);
  }

  async #leaving(from: Place, to: Place) {
    const attempt = await copy(from, to, this.#move);
    const rest = await leave(from, attempt);
    return { arrive: () => to.moves.arrive(SHARD, attempt, rest), left: () => from.moves.left(SHARD, attempt) };
  }

  async empty(): Promise<void> {
    await Promise.all([this.source.empty(), this.target.empty()]);
    this.databases.statements = 0;
    this.#move = 0;
  }

  async close(): Promise<void> {
    await Promise.all([this.source.close(), this.target.close()]);
  }
}
