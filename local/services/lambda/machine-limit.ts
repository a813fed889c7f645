import { availableParallelism } from 'node:os';
import { settlesWithin } from '../../../tooling/timing.ts';

/** More events at once would only make each of them slower. A function waits more than it computes, hence more than one a processor. */
export const DEFAULT_CONCURRENCY = Math.max(16, 4 * availableParallelism());

/** https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Waiter {
  readonly user: object;
  readonly admitted: PromiseWithResolvers<void>;
}

/**
 * How much all functions of this machine do at once: how many events they handle, how many of these compute, or how many environments
 * start. Lambda has machines enough; here, what goes beyond waits, first come, first served. Each function may always do one, so that a
 * function that waits for another one is never in its way.
 */
export class MachineLimit {
  readonly #concurrency: number;
  readonly #turnMs: number;
  readonly #running = new Map<object, number>();
  readonly #waiters: Waiter[] = [];
  #total = 0;

  /** @param turnMs see {@link releaseAfter} */
  constructor(concurrency: number, turnMs = LONGEST_TIMER_MS) {
    this.#concurrency = concurrency;
    this.#turnMs = turnMs;
  }

  /** Waits until a user may run one more event. @throws the signal's reason when that ends the wait */
  async acquire(user: object, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#admits(user)) return this.#admit(user);
    const waiter: Waiter = { user, admitted: Promise.withResolvers<void>() };
    this.#waiters.push(waiter);
    const giveUp = () => this.#refuse(waiter, signal?.reason);
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      await waiter.admitted.promise;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** How many events of a user run. */
  running(user: object): number {
    return this.#running.get(user) ?? 0;
  }

  /** How many of a user's wait to be let in. */
  waiting(user: object): number {
    return this.#waiters.filter((waiter) => waiter.user === user).length;
  }

  release(user: object): void {
    this.#total -= 1;
    const running = this.running(user) - 1;
    if (running > 0) this.#running.set(user, running);
    else this.#running.delete(user);
    this.#admitAt(this.#waiters.findIndex((waiter) => this.#admits(waiter.user)));
  }

  /**
   * Releases when work has settled, or a turn after it has begun: what takes longer waits rather than computes, and keeps nobody waiting.
   *
   * @param begun at once by default
   * @returns when it is released
   */
  async releaseAfter(user: object, work: Promise<unknown>, begun?: Promise<unknown>): Promise<void> {
    const over = work.catch(() => {}); // whoever waits for it is told
    await Promise.race([over, begun]);
    await settlesWithin(this.#turnMs, over);
    this.release(user);
  }

  /** Lets the first one in that waits for a user, whatever the limit: there is something for it to use. */
  admitNext(user: object): void {
    this.#admitAt(this.#waiters.findIndex((waiter) => waiter.user === user));
  }

  /** Refuses all that wait for a user. */
  refuse(user: object, error: Error): void {
    for (const waiter of this.#waiters.filter((waiter) => waiter.user === user)) this.#refuse(waiter, error);
  }

  #admits(user: object): boolean {
    return this.#total < this.#concurrency || !this.#running.has(user);
  }

  #admitAt(index: number): void {
    const [waiter] = index < 0 ? [] : this.#waiters.splice(index, 1);
    if (!waiter) return;
    this.#admit(waiter.user);
    waiter.admitted.resolve();
  }

  #admit(user: object): void {
    this.#total += 1;
    this.#running.set(user, this.running(user) + 1);
  }

  #refuse(waiter: Waiter, reason: unknown): void {
    const index = this.#waiters.indexOf(waiter);
    if (index < 0) return; // admitted in the same turn
    this.#waiters.splice(index, 1);
    waiter.admitted.reject(reason);
  }
}
