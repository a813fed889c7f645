import { MoveBlockedError, MoveOverError } from '../../domain/errors.ts';
import type {
  Claimed,
  Expected,
  Leaving,
  MovedPage,
  MoveState,
  Moves,
  OwnedRange,
  PageEnd,
  PlacementState,
} from '../../domain/moves.ts';
import type { MoveAttempt } from '../../domain/ports.ts';
import { type ShardRange, shardName } from '../../domain/shard-map.ts';
import { attemptOver } from './failures.ts';
import type { ShardDatabases, Statement } from './shard-databases.ts';
import { type RetryPolicy, untilUnblocked } from './until-unblocked.ts';

/** Each waits half a second for its lock, then lets those pass who queue behind it. 15 s of the 55 s that the function has. */
const RETRY_POLICY: RetryPolicy = { attempts: 10, pauseMs: 1_000 };

// What the attempt had copied before: a new one finds nothing that is its own.
const EXPECT = `
  SELECT expected.state, copied_created_at AS last_created_at, copied_id AS last_id
  FROM move_expect($1, $2, $3, $4) AS expected (state)
  LEFT JOIN placements ON (user_id, move, attempt, placements.state) = ($1, $2, $3, 'arriving')`;

/** The end of a page as a row has it. */
type LastOrder = {
  readonly last_created_at: Date | null;
  readonly last_id: string | null;
};

/**
 * The steps of moving a user, each one transaction of one shard that may be repeated when its answer was lost. What each is
 * for, and in which order they are safe: docs/moving-users.md. All throw ShardUnavailableError when the shard does not respond.
 */
export class PostgresMoves implements Moves {
  readonly #databases: ShardDatabases;
  readonly #retryPolicy: RetryPolicy;

  constructor(databases: ShardDatabases, retryPolicy = RETRY_POLICY) {
    this.#databases = databases;
    this.#retryPolicy = retryPolicy;
  }

  async claim(source: ShardRange, userId: string, move: number, peer: number): Promise<Claimed> {
    return this.#one(source, { text: 'SELECT * FROM move_claim($1, $2, $3)', values: [userId, move, peer] });
  }

  async page(source: ShardRange, userId: string, after: PageEnd | undefined, limit: number): Promise<MovedPage> {
    const row = await this.#one<{ orders: number; rows: string } & LastOrder>(source, {
      text: 'SELECT * FROM move_page($1, $2, $3, $4)',
      values: [userId, after?.createdAt, after?.id, limit],
    });
    return { orders: row.orders, rows: row.rows, last: pageEnd(row) };
  }

  async expect(target: ShardRange, { userId, move, attempt }: MoveAttempt, peer: number): Promise<Expected> {
    const row = await this.#one<{ state: Expected['state'] } & LastOrder>(target, {
      text: EXPECT,
      values: [userId, move, attempt, peer],
    });
    return { state: row.state, copied: pageEnd(row) };
  }

  async take(target: ShardRange, attempt: MoveAttempt, rows: string): Promise<void> {
    await this.#step(target, 'move_take', attempt, rows);
  }

  leave(source: ShardRange, { userId, move, attempt }: MoveAttempt, fence = false): Promise<Leaving> {
    return this.#one(source, {
      text: 'SELECT * FROM move_leave($1, $2, $3, $4)',
      values: [userId, move, attempt, fence],
    });
  }

  arrive(target: ShardRange, attempt: MoveAttempt, rest: string): Promise<PlacementState | null> {
    return this.#step(target, 'move_arrive', attempt, rest);
  }

  left(source: ShardRange, attempt: MoveAttempt): Promise<PlacementState | null> {
    return this.#step(source, 'move_left', attempt);
  }

  refuse(target: ShardRange, attempt: MoveAttempt, peer: number): Promise<'here' | 'refused'> {
    return this.#step(target, 'move_refuse', attempt, peer);
  }

  stay(source: ShardRange, attempt: MoveAttempt): Promise<PlacementState | null> {
    return this.#step(source, 'move_stay', attempt);
  }

  welcome(target: ShardRange, userId: string, move: number): Promise<PlacementState | null> {
    return this.#value(target, { text: 'SELECT move_welcome($1, $2) AS value', values: [userId, move] });
  }

  archive(source: ShardRange, userId: string, limit: number): Promise<number> {
    return this.#value(source, { text: 'SELECT move_archive($1, $2) AS value', values: [userId, limit] });
  }

  clear(target: ShardRange, userId: string, limit: number): Promise<number> {
    return this.#value(target, { text: 'SELECT move_clear($1, $2) AS value', values: [userId, limit] });
  }

  forget(shard: ShardRange, before: Date, limit: number): Promise<number> {
    return this.#value(shard, { text: 'SELECT move_forget($1, $2) AS value', values: [before, limit] });
  }

  async setMove(
    shard: ShardRange,
    move: number,
    state: MoveState,
    ranges?: readonly OwnedRange[],
    over?: number,
  ): Promise<void> {
    const rows = ranges?.map(({ role, from, before, peer }) => ({ role, from_key: from, before_key: before, peer }));
    const values = [move, state, rows && JSON.stringify(rows), over];
    const text = 'SELECT move_ranges($1, $2, $3) AS value, move_shards($4)';
    await untilUnblocked(
      this.#retryPolicy,
      () => this.#value(shard, { text, values }),
      (attempts, cause) => new MoveBlockedError(shardName(shard), attempts, { cause }),
    );
  }

  #step<Result>(
    shard: ShardRange,
    name: string,
    { userId, move, attempt }: MoveAttempt,
    ...rest: unknown[]
  ): Promise<Result> {
    const values = [userId, move, attempt, ...rest];
    return this.#value(shard, { text: `SELECT ${name}(${values.map((_, i) => `$${i + 1}`)}) AS value`, values });
  }

  async #value<Value>(shard: ShardRange, statement: Statement): Promise<Value> {
    return (await this.#one<{ value: Value }>(shard, statement)).value;
  }

  #one<Row extends Record<string, unknown>>(shard: ShardRange, statement: Statement): Promise<Row> {
    return this.#databases.queryRow<Row>(shard, statement).catch((error: unknown) => {
      const reason = attemptOver(error);
      throw reason === undefined ? error : new MoveOverError(shardName(shard), reason, { cause: error });
    });
  }
}

function pageEnd({ last_created_at: createdAt, last_id: id }: LastOrder): PageEnd | undefined {
  return createdAt === null || id === null ? undefined : { createdAt, id };
}
