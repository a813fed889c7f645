import { KidNotFoundInJwksError } from 'aws-jwt-verify/error';
import type { Fetcher } from 'aws-jwt-verify/https';
import type { PenaltyBox } from 'aws-jwt-verify/jwk';
import { type Stopwatch, startStopwatch } from '../../domain/stopwatch.ts';
import { issuerFetcher } from './issuer-documents.ts';

const MOST_AT_ONCE = 10;
const ONE_MORE_AFTER_MS = 6_000;

/**
 * Fetches from the issuer, and says when it has been asked enough: ten times, and once more each six seconds. Anybody can send
 * tokens with made-up key ids: then these are refused at once, so that they neither flood the issuer nor keep the authorizer
 * busy. The library's own way is to refuse every unknown key for ten seconds after the first that did not exist. Here an
 * issuer may change its keys several times in a row, and only during an attack is a token refused wrongly: one whose key was
 * published within the last six seconds.
 */
export class FetchLimit implements PenaltyBox, Pick<Fetcher, 'fetch'> {
  /** Fetches that count at the time of the last one. */
  #fetches = 0;
  #sinceLast: Stopwatch = startStopwatch();
  #failure: unknown;

  /** Asks, whatever the limit. @throws FetchError */
  async fetch(uri: string): Promise<ArrayBuffer> {
    this.#fetches = this.#counting() + 1;
    this.#sinceLast = startStopwatch();
    try {
      const document = await issuerFetcher.fetch(uri);
      this.#failure = undefined;
      return document;
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  /**
   * The library calls it before it fetches for the sake of an unknown key.
   *
   * @throws once the issuer was asked enough: what the last time failed with, or KidNotFoundInJwksError
   */
  async wait(): Promise<void> {
    if (this.#counting() + 1 <= MOST_AT_ONCE) return;
    throw this.#failure ?? new KidNotFoundInJwksError('The issuer was asked for its keys enough.');
  }

  registerFailedAttempt(): void {}

  registerSuccessfulAttempt(): void {}

  #counting(): number {
    return Math.max(0, this.#fetches - this.#sinceLast() / ONE_MORE_AFTER_MS);
  }
}
