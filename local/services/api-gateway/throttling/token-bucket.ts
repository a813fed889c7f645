import type { Rate } from './rate.ts';

/** A token bucket: each request takes a token, and tokens come back at a steady rate until the bucket is full. */
export class TokenBucket {
  readonly #rate: Rate;
  readonly #now: () => number;
  #tokens: number;
  #countedAt: number;

  /** @param now monotonic time in ms, for tests */
  constructor(rate: Rate, now = () => performance.now()) {
    this.#rate = rate;
    this.#now = now;
    this.#tokens = rate.perSecond === 0 ? 0 : rate.burst;
    this.#countedAt = now();
  }

  /** Takes a token if there is one, and says so. */
  take(): boolean {
    const now = this.#now();
    const gained = ((now - this.#countedAt) / 1000) * this.#rate.perSecond;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + gained);
    this.#countedAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
