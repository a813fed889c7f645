import { BreakerOpenError } from './errors.ts';
import type { EventPublisher, ReceiptStore } from './ports.ts';
import { type Stopwatch, startStopwatch } from './stopwatch.ts';

const FAILURES_IN_A_ROW = 3;
const REST_MS = 10_000;

/**
 * Spares callers the wait for a dependency that is down. After three failures in a row it fails at once for ten seconds. Then
 * one attempt is a trial, and the others wait for its outcome.
 */
export class Breaker {
  readonly #dependency: string;
  #failures = 0;
  /** Since the last of too many failures. */
  #resting: Stopwatch = () => Number.POSITIVE_INFINITY;
  /** Resolves when the current trial is over. */
  #trial: Promise<void> | undefined;

  constructor(dependency: string) {
    this.#dependency = dependency;
  }

  /** @throws BreakerOpenError without having tried; otherwise what the work throws */
  async run<T>(work: () => Promise<T>): Promise<T> {
    // Callers that work off a backlog in parallel must not fail because another made the trial.
    while (this.#trial) await this.#trial;
    if (this.#failures < FAILURES_IN_A_ROW) return this.#attempt(work);
    if (this.#resting() < REST_MS) throw new BreakerOpenError(this.#dependency);

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
      if (this.#failures >= FAILURES_IN_A_ROW) this.#resting = startStopwatch();
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
