import { setTimeout as delay } from 'node:timers/promises';
import type { PenaltyBox } from 'aws-jwt-verify/jwk';

const PAUSE_MS = 500;

/**
 * Keeps tokens that name made-up keys from flooding the issuer with questions. The library's own way is to refuse every
 * unknown key for ten seconds after one that did not exist, so that anybody could keep out the tokens of a new key. Here
 * the next question waits a moment instead: a token that came in good faith is late, not refused.
 */
export class FetchPause implements PenaltyBox {
  readonly #now: () => number;
  #nextFetch = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  async wait(): Promise<void> {
    const rest = this.#nextFetch - this.#now();
    // A clock that was set back must not make anybody wait longer.
    if (rest > 0) await delay(Math.min(rest, PAUSE_MS));
    this.#nextFetch = this.#now() + PAUSE_MS;
  }

  registerFailedAttempt(): void {}

  registerSuccessfulAttempt(): void {}
}
