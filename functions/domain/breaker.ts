import { BreakerOpenError } from './errors.ts';
import type { EventPublisher, ReceiptStore } from './ports.ts';

const FAILURES_IN_A_ROW = 3;
const REST_MS = 10_000;

/**
 * Spares callers the wait for a dependency that is down. After three failures in a row it fails at once for ten seconds. Then
 * one attempt is a trial, and the others wait for its outcome.
 */
export class Breaker {
  readonly #dependency: string;
  readonly #now: () => number;
  #failures = 0;
  #restsUntil = 0;
  /** Resolves when the current trial is over. */
  #trial: Promise<void> | undefined;

  /** @param now wall clock in milliseconds: monotonic clocks stop while an execution environment is frozen */
  constructor(dependency: string, now: () => number = Date.now) {
    this.#dependency = dependency;
    this.#now = now;
  }

  /** @throws BreakerOpenError without having tried; otherwise what the work throws */
  async run<T>(work: () => Promise<T>): Promise<T> {
    // Callers that work off a backlog in parallel must not fail because another made the trial.
    while (this.#trial) await this.#trial;
    if (this.#failures < FAILURES_IN_A_ROW) return this.#attempt(work);
    if (this.#now() < this.#restsUntil) throw new BreakerOpenError(this.#dependency);

    const { promise, resolve } = Promise.withResolvers<void>();
    this.#trial = promise;
    try {
      return await this.#attempt(work);
    } finally {
      this.#trial = undefined;
      resolve();
    }
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#failures = 0;
      return result;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures >= FAILURES_IN_A_ROW) this.#restsUntil = this.#now() + REST_MS;
      throw error;
    }
  }
}

/** The same store behind a breaker. */
export function guardReceipts(receipts: ReceiptStore, breaker: Breaker): ReceiptStore {
  return { put: (key, text) => breaker.run(() => receipts.put(key, text)) };
}

/** The same publisher behind a breaker. */
export function guardEvents(events: EventPublisher, breaker: Breaker): EventPublisher {
  return {
    publish: (event) => breaker.run(() => events.publish(event)),
    publishAll: (all) => breaker.run(() => events.publishAll(all)),
  };
}
