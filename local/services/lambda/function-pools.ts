import type { Log } from '../../../tooling/log.ts';
import { pollWithin } from '../../../tooling/timing.ts';
import { LambdaError } from './errors.ts';
import type { EnvironmentOptions } from './execution-environment.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { FunctionPool, type PoolLimits } from './function-pool.ts';

/** The longest that a function may run. */
const MAX_TIMEOUT_MS = 900_000;

/** What all execution environments of a run have in common. */
export type Host = Omit<EnvironmentOptions, 'definition' | 'log'> & Required<Pick<EnvironmentOptions, 'connections'>>;

/** The execution environments of all functions: a pool for each function that has been called. */
export class FunctionPools {
  readonly #limits: PoolLimits;
  readonly #log: Log;
  /** By name of a function. */
  readonly #pools = new Map<string, FunctionPool>();
  /** Those of functions that are gone, until they are idle. */
  readonly #leaving = new Set<FunctionPool>();
  /** What the environments of a pool were let connect to, as text. */
  readonly #views = new WeakMap<FunctionPool, string>();
  #host: Host | undefined;

  constructor(limits: PoolLimits, log: Log) {
    this.#limits = limits;
    this.#log = log;
  }

  /** From now on functions may have processes. */
  open(host: Host): void {
    this.#host = host;
  }

  /** @throws LambdaError before {@link open} and after {@link stop}, unless the function has a pool */
  of(definition: FunctionDefinition): FunctionPool {
    const known = this.#pools.get(definition.name);
    if (known) return known;
    const host = this.#host;
    if (!host) throw new LambdaError('ServiceException', 'Lambda is not running.');
    const log = this.#log.child(definition.label);
    const pool = new FunctionPool({ ...host, definition, log: definition.quiet ? asDebug(log) : log }, this.#limits);
    this.#views.set(pool, viewOf(host, definition));
    this.#pools.set(definition.name, pool);
    return pool;
  }

  /** The names of the functions that have one. */
  names(): string[] {
    return [...this.#pools.keys()];
  }

  /** How many invocations of a function run. */
  concurrencyOf(name: string): number {
    return this.#pools.get(name)?.concurrency ?? 0;
  }

  /** As {@link FunctionPool.prepare}; does nothing for a function that nobody has called. */
  prepare(definition: FunctionDefinition): void {
    this.#pools.get(definition.name)?.prepare(definition);
  }

  /** As {@link FunctionPool.replace}. @returns undefined, at once, for a function that nobody has called */
  replace(next: FunctionDefinition, atLeast?: number): ReturnType<FunctionPool['replace']> | undefined {
    const pool = this.#pools.get(next.name);
    return pool && this.#replace(pool, next, atLeast);
  }

  /** Whether the environments of a function were started with another network than it has now. */
  isOutdated(definition: FunctionDefinition): boolean {
    const [host, pool] = [this.#host, this.#pools.get(definition.name)];
    return host !== undefined && pool !== undefined && this.#views.get(pool) !== viewOf(host, definition);
  }

  /** Ends the environments of a function that is gone, once what runs there has ended. */
  async remove(name: string): Promise<void> {
    const pool = this.#pools.get(name);
    if (!pool) return;
    this.#pools.delete(name);
    this.#leaving.add(pool);
    await pollWithin(MAX_TIMEOUT_MS, () => pool.concurrency === 0);
    await pool.stop();
    this.#leaving.delete(pool);
  }

  /** Ends every execution environment and waits until all processes are gone. From now on no function gets its first one. */
  async stop(): Promise<void> {
    const host = this.#host;
    this.#host = undefined;
    await Promise.all([...this.#pools.values(), ...this.#leaving].map((pool) => pool.stop()));
    host?.reaper.stop();
  }

  async #replace(pool: FunctionPool, next: FunctionDefinition, atLeast?: number): ReturnType<FunctionPool['replace']> {
    const replaced = await pool.replace(next, atLeast);
    if (this.#host) this.#views.set(pool, viewOf(this.#host, next));
    return replaced;
  }
}

function viewOf({ connections }: Host, { label, place }: FunctionDefinition): string {
  return JSON.stringify(connections.viewOf({ name: label, place }));
}

function asDebug(log: Log): Log {
  const { debug, forRequest } = log;
  return { ...log, info: debug, warn: debug, error: debug, forRequest: (ids) => asDebug(forRequest(ids)) };
}
