import { setTimeout as delay } from 'node:timers/promises';
import { MoveOverError } from '../../domain/errors.ts';
import type {
  Claimed,
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
import { attemptOver, isBlocked } from './failures.ts';
import type { ShardDatabases, Statement } from './shard-databases.ts';

/** A second each, with a pause in which whoever waits behind them gets on. */
const TRIES_TO_TELL = 5;
const PAUSE_MS = 500;

/**
 * The steps of moving a user, each one transaction of one shard that may be repeated when its answer was lost. What each is
 * for, and in which order they are safe: docs/moving-users.md. All throw ShardUnavailableError when the shard does not respond.
 */
export class PostgresMoves implements Moves {
  readonly #databases: ShardDatabases;

  constructor(databases: ShardDatabases) {
    this.#databases = databases;
  }

  /** At the source: begins to copy a user, or begins anew. @param peer the target's id */
  async claim(source: ShardRange, userId: string, move: number, peer: number): Promise<Claimed> {
    return this.#one(source, { text: 'SELECT * FROM move_claim($1, $2, $3)', values: [userId, move, peer] });
  }

  /** At the source: the orders after the given one, oldest first. */
  async page(source: ShardRange, userId: string, after: PageEnd | undefined, limit: number): Promise<MovedPage> {
    const row = await this.#one<{ orders: number; rows: string; last_created_at: Date | null; last_id: string | null }>(
      source,
      { text: 'SELECT * FROM move_page($1, $2, $3, $4)', values: [userId, after?.createdAt, after?.id, limit] },
    );
    const { orders, rows, last_created_at: createdAt, last_id: id } = row;
    return { orders, rows, last: createdAt === null || id === null ? undefined : { createdAt, id } };
  }

  /** At the target, before the first page. @returns `arriving`, or why the attempt cannot go on */
  expect(target: ShardRange, attempt: MoveAttempt, peer: number): Promise<PlacementState | 'stopped'> {
    return this.#step(target, 'move_expect', attempt, peer);
  }

  /** At the target: stores a page. @throws MoveOverError when the attempt is over */
  async take(target: ShardRange, attempt: MoveAttempt, rows: string): Promise<void> {
    await this.#step(target, 'move_take', attempt, rows);
  }

  /** At the source: from now on nobody owns the user, for 2 s. @param fence also while a request may deliver an order */
  leave(source: ShardRange, { userId, move, attempt }: MoveAttempt, fence = false): Promise<Leaving> {
    return this.#one(source, {
      text: 'SELECT * FROM move_leave($1, $2, $3, $4)',
      values: [userId, move, attempt, fence],
    });
  }

  /** At the target: the commit point. @returns `here`; otherwise, the attempt was refused or is over */
  arrive(target: ShardRange, attempt: MoveAttempt, rest: string): Promise<PlacementState | null> {
    return this.#step(target, 'move_arrive', attempt, rest);
  }

  /** At the source, once the target has said `here`. @returns the state */
  left(source: ShardRange, attempt: MoveAttempt): Promise<PlacementState | null> {
    return this.#step(source, 'move_left', attempt);
  }

  /** At the target, when the lease has ended: settles whether the user has arrived. @param peer the source's id */
  refuse(target: ShardRange, attempt: MoveAttempt, peer: number): Promise<'here' | 'refused'> {
    return this.#step(target, 'move_refuse', attempt, peer);
  }

  /** At the source, once the target has said `refused`. @returns the state */
  stay(source: ShardRange, attempt: MoveAttempt): Promise<PlacementState | null> {
    return this.#step(source, 'move_stay', attempt);
  }

  /** At the target: takes in a user whom the source called new. @returns the state; null when the move is not under way */
  welcome(target: ShardRange, userId: string, move: number): Promise<PlacementState | null> {
    return this.#value(target, { text: 'SELECT move_welcome($1, $2) AS value', values: [userId, move] });
  }

  /** At the source, 60 s after the user left. @returns how many orders were archived; 0 when none is left, or it is too early */
  archive(source: ShardRange, userId: string, limit: number): Promise<number> {
    return this.#value(source, { text: 'SELECT move_archive($1, $2) AS value', values: [userId, limit] });
  }

  /** At a target: deletes what an earlier move copied of a user who did not come. @returns how many orders; 0 for none left */
  clear(target: ShardRange, userId: string, limit: number): Promise<number> {
    return this.#value(target, { text: 'SELECT move_clear($1, $2) AS value', values: [userId, limit] });
  }

  /** Drops what was archived before. @returns how many orders */
  forget(shard: ShardRange, before: Date, limit: number): Promise<number> {
    return this.#value(shard, { text: 'SELECT move_forget($1, $2) AS value', values: [before, limit] });
  }

  /**
   * Tells a shard of a move: targets first when it begins, and when it is aborted, which is a move of its own back. Tries again
   * while requests hold the lock that all of them share.
   *
   * @param ranges undefined leaves them as they are
   * @throws MoveOverError when the shard knows a later move, or users are still moving from it and it should finish
   */
  async setMove(shard: ShardRange, move: number, state: MoveState, ranges?: readonly OwnedRange[]): Promise<void> {
    const rows = ranges?.map(({ role, from, before, peer }) => ({ role, from_key: from, before_key: before, peer }));
    const values = [move, state, rows && JSON.stringify(rows)];
    for (let tried = 1; ; tried++) {
      try {
        await this.#value(shard, { text: 'SELECT move_ranges($1, $2, $3) AS value', values });
        return;
      } catch (error) {
        if (!isBlocked(error) || tried === TRIES_TO_TELL) throw error;
        await delay(PAUSE_MS);
      }
    }
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

  async #one<Row extends Record<string, unknown>>(shard: ShardRange, statement: Statement): Promise<Row> {
    const [row] = await this.#databases.query<Row>(shard, statement).catch((error: unknown) => {
      const reason = attemptOver(error);
      throw reason === undefined ? error : new MoveOverError(shardName(shard), reason, { cause: error });
    });
    if (row === undefined) throw new Error(`"${statement.text}" gave no row.`);
    return row;
  }
}
