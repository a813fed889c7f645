import { availableParallelism } from 'node:os';

/** More events at once would only make each of them slower. A function waits more than it computes, hence more than one a processor. */
export const DEFAULT_CONCURRENCY = Math.max(16, 4 * availableParallelism());

interface Waiter {
  readonly user: object;
  readonly admitted: PromiseWithResolvers<void>;
}

/**
 * How many events all functions of this machine handle at once. Lambda would start more environments; here, further events wait,
 * first come, first served. Each function may always run one, so that a function that waits for another one is never in its way.
 */
export class MachineLimit {
  readonly #concurrency: number;
  readonly #running = new Map<object, number>();
  readonly #waiters: Waiter[] = [];
  #total = 0;

  constructor(concurrency: number) {
    this.#concurrency = concurrency;
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

  release(user: object): void {
    this.#total -= 1;
    const running = (this.#running.get(user) ?? 0) - 1;
    if (running > 0) this.#running.set(user, running);
    else this.#running.delete(user);
    const next = this.#waiters.findIndex((waiter) => this.#admits(waiter.user));
    const [waiter] = next < 0 ? [] : this.#waiters.splice(next, 1);
    if (!waiter) return;
    this.#admit(waiter.user);
    waiter.admitted.resolve();
  }

  /** Refuses all that wait for a user. */
  refuse(user: object, error: Error): void {
    for (const waiter of this.#waiters.filter((waiter) => waiter.user === user)) this.#refuse(waiter, error);
  }

  #admits(user: object): boolean {
    return this.#total < this.#concurrency || !this.#running.has(user);
  }

  #admit(user: object): void {
    this.#total += 1;
    this.#running.set(user, (this.#running.get(user) ?? 0) + 1);
  }

  #refuse(waiter: Waiter, reason: unknown): void {
    const index = this.#waiters.indexOf(waiter);
    if (index < 0) return; // admitted in the same turn
    this.#waiters.splice(index, 1);
    waiter.admitted.reject(reason);
  }
}
