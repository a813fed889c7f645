import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { isUnavailable } from '../../../functions/adapters/postgres/failures.ts';
import { operatorConnection } from '../../operator-query.ts';

const TIMEOUT_MS = 3_000;
/** Nobody may be about to leave. */
const SWITCH_WITHIN_MS = 2_000;

/** Parts of a move there and back: the number of the move, and which share of all is done at the end. */
const PARTS = {
  there: { move: 1, end: 0.4 },
  back: { move: 2, end: 0.8 },
  archive: { move: 2, end: 0.95 },
  finish: { move: 2, end: 1 },
} as const;
export type Part = keyof typeof PARTS;

// $1 is the number of a move.
const COUNTS = `
  SELECT count(*) FILTER (WHERE state = 'moved' AND move = $1)::int AS moved,
    count(*) FILTER (WHERE state = 'copying')::int AS copying, count(*) FILTER (WHERE state = 'leaving')::int AS leaving,
    count(*) FILTER (WHERE state NOT IN ('here', 'copying')
      AND EXISTS (SELECT FROM orders WHERE orders.user_id = placements.user_id))::int AS elsewhere
  FROM placements`;

// Looks in the database itself: a switch takes milliseconds.
const SWITCH = `
  DO $$ BEGIN
    FOR n IN 1..900 LOOP
      EXIT WHEN EXISTS (SELECT FROM placements WHERE state = 'leaving');
      PERFORM pg_sleep(0.002);
    END LOOP;
  END $$`;

interface Counts {
  readonly moved: number;
  readonly copying: number;
  readonly leaving: number;
  readonly elsewhere: number;
}

/** How far a move there and back is, as the shards say it. */
export class Progress {
  readonly #shards: readonly pg.Pool[];
  readonly #movers: number;
  #part: Part | undefined;
  #former = 0;
  #reached = 0;

  /** @param databases the URLs that masters use. @param movers how many users move */
  constructor(databases: readonly string[], movers: number) {
    const limits = { max: 2, connectionTimeoutMillis: TIMEOUT_MS, query_timeout: TIMEOUT_MS };
    this.#shards = databases.map((url) => new pg.Pool({ ...operatorConnection(url), ...limits }));
    // Connections that are lost while nobody uses them.
    for (const shard of this.#shards) shard.on('error', () => {});
    this.#movers = movers;
  }

  begin(part: Part): void {
    this.#former = this.#part === undefined ? 0 : PARTS[this.#part].end;
    this.#part = part;
    this.#reached = part === 'finish' ? 1 : this.#former;
  }

  /** 0 to 1; what was known before while shards do not respond. */
  async read(): Promise<number> {
    const part = this.#part;
    if (part === undefined || part === 'finish') return this.#reached;
    const { moved, elsewhere, complete } = await this.#counts(part);
    if (part !== this.#part || (part === 'archive' && !complete)) return this.#reached;
    const done = (part === 'archive' ? this.#movers - elsewhere : moved) / this.#movers;
    const share = this.#former + (PARTS[part].end - this.#former) * Math.min(1, Math.max(0, done));
    this.#reached = Math.max(this.#reached, share);
    return this.#reached;
  }

  /** Whether no shard has orders of users who are elsewhere. */
  async isArchived(): Promise<boolean> {
    const { elsewhere, complete } = await this.#counts('archive');
    return complete && elsewhere === 0;
  }

  /** Waits for a moment at which a user has left one shard and is not known to have arrived at the other, for 2 s at most. */
  async untilSwitch(): Promise<void> {
    const nobody = delay(SWITCH_WITHIN_MS);
    const watches = this.#shards.map(async (shard) => {
      if ((await unlessUnavailable(shard.query(SWITCH))) === undefined) await nobody;
    });
    await Promise.race([...watches, nobody]);
  }

  /** Where users are, in words. */
  async describe(): Promise<string> {
    const part = this.#part ?? 'there';
    const { moved, copying, leaving, complete } = await this.#counts(part);
    const told = `${part}: ${moved} users moved, ${copying} copying, ${leaving} leaving`;
    return complete ? told : `${told}, as far as shards respond`;
  }

  async close(): Promise<void> {
    await Promise.all(this.#shards.map((shard) => shard.end()));
  }

  /** Of the shards that respond. */
  async #counts(part: Part): Promise<Counts & { readonly complete: boolean }> {
    const ask = (shard: pg.Pool) => unlessUnavailable(shard.query<Counts>(COUNTS, [PARTS[part].move]));
    const results = await Promise.all(this.#shards.map(ask));
    const rows = results.flatMap((result) => result?.rows ?? []);
    const sum = (field: keyof Counts) => rows.reduce((total, row) => total + row[field], 0);
    const counts = {
      moved: sum('moved'),
      copying: sum('copying'),
      leaving: sum('leaving'),
      elsewhere: sum('elsewhere'),
    };
    return { ...counts, complete: !results.includes(undefined) };
  }
}

/** @returns undefined when the shard does not respond */
async function unlessUnavailable<Result>(query: Promise<Result>): Promise<Result | undefined> {
  try {
    return await query;
  } catch (error) {
    if (isUnavailable(error)) return undefined;
    throw error;
  }
}
