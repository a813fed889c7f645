interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** A fixed number of slots, handed out in the order in which they were asked for. */
export class SlotQueue {
  #free: number;
  #taken = 0;
  readonly #waiters: Waiter[] = [];
  #closedWith: Error | undefined;

  constructor(slots: number) {
    this.#free = slots;
  }

  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  /**
   * Waits for a free slot.
   *
   * @param signal ends the wait; the promise then rejects with the signal's reason
   */
  async take(signal?: AbortSignal): Promise<void> {
    if (this.#closedWith) throw this.#closedWith;
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      this.#taken += 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { resolve, reject };
    const giveUp = () => {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      reject(signal?.reason);
    };
    this.#waiters.push(waiter);
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** Gives one slot back; the longest waiting caller gets it. */
  release(): void {
    const next = this.#waiters.shift();
    if (next) {
      next.resolve();
      return;
    }
    this.#taken -= 1;
    this.#free += 1;
  }

  /** Refuses everyone who waits now or asks later. */
  close(error: Error): void {
    this.#closedWith = error;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }
}
