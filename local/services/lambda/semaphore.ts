/** A counting semaphore that serves its callers in order. */
export class Semaphore {
  readonly #permits: number;
  readonly #waiters: PromiseWithResolvers<void>[] = [];
  #demand = 0;
  #closedWith: Error | undefined;

  constructor(permits: number) {
    this.#permits = permits;
  }

  /** How many callers hold a permit or wait for one. */
  get demand(): number {
    return this.#demand;
  }

  /** Waits for a permit. @throws the signal's reason when it ends the wait, or the error of {@link close} */
  async acquire(signal?: AbortSignal): Promise<void> {
    if (this.#closedWith) throw this.#closedWith;
    signal?.throwIfAborted();
    this.#demand += 1;
    if (this.#demand <= this.#permits) return;
    const waiter = Promise.withResolvers<void>();
    const giveUp = () => this.#refuse(waiter, signal?.reason);
    this.#waiters.push(waiter);
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      await waiter.promise;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  release(): void {
    this.#demand -= 1;
    this.#waiters.shift()?.resolve();
  }

  /** Refuses all callers, waiting or to come. */
  close(error: Error): void {
    this.#closedWith = error;
    for (const waiter of [...this.#waiters]) this.#refuse(waiter, error);
  }

  #refuse(waiter: PromiseWithResolvers<void>, reason: unknown): void {
    const index = this.#waiters.indexOf(waiter);
    if (index < 0) return; // released in the same turn
    this.#waiters.splice(index, 1);
    this.#demand -= 1;
    waiter.reject(reason);
  }
}
