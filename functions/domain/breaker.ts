import { BreakerOpenError } from './errors.ts';

const FAILURES_IN_A_ROW = 3;
const REST_MS = 10_000;

/**
 * Spares callers the wait for a dependency that is down. After three failures in a row nothing is attempted for ten
 * seconds; then one attempt is a trial: it ends the rest, or begins another.
 */
export class Breaker {
  readonly #dependency: string;
  readonly #now: () => number;
  #failures = 0;
  #restsUntil = 0;

  /**
   * @param dependency its name in errors
   * @param now milliseconds. The clock on the wall, since others stand still while an execution environment is frozen
   */
  constructor(dependency: string, now: () => number = Date.now) {
    this.#dependency = dependency;
    this.#now = now;
  }

  /**
   * Does the work, unless the dependency is left alone at the moment.
   *
   * @throws BreakerOpenError without having tried; otherwise what the work throws
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#failures >= FAILURES_IN_A_ROW) {
      if (this.#now() < this.#restsUntil) throw new BreakerOpenError(this.#dependency);
      // Others keep away while the trial is under way.
      this.#rest();
    }
    try {
      const result = await work();
      this.#failures = 0;
      return result;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures >= FAILURES_IN_A_ROW) this.#rest();
      throw error;
    }
  }

  #rest(): void {
    this.#restsUntil = this.#now() + REST_MS;
  }
}
