import { setTimeout as delay } from 'node:timers/promises';
import type { PenaltyBox } from 'aws-jwt-verify/jwk';

const PAUSE_MS = 500;

/**
 * Keeps tokens with made-up key ids from flooding the issuer. The library's own way is to refuse every unknown key for ten
 * seconds after one that did not exist, which lets anybody lock out the tokens of a new key. Here the next fetch waits instead:
 * a token in good faith is late, not refused.
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
