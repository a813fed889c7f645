import { KidNotFoundInJwksError } from 'aws-jwt-verify/error';
import type { Fetcher } from 'aws-jwt-verify/https';
import type { PenaltyBox } from 'aws-jwt-verify/jwk';
import { type Stopwatch, startStopwatch } from '../../domain/stopwatch.ts';
import { issuerFetcher } from './issuer-documents.ts';

const MOST_FETCHES = 10;
const WITHIN_MS = 60_000;

/**
 * Fetches from the issuer, and says when it has been asked enough. Anybody can send tokens with made-up key ids: then these are
 * refused at once, so that they neither flood the issuer nor keep the authorizer busy. The library's own way is to refuse every
 * unknown key for ten seconds after the first that did not exist. Here it takes several, so that an issuer may change its keys
 * a few times in a row, and only a token whose key was published within the last seconds of an attack is refused wrongly.
 */
export class FetchLimit implements PenaltyBox, Pick<Fetcher, 'fetch'> {
  #fetches: readonly Stopwatch[] = [];
  #failure: unknown;

  /** Asks, whatever the limit. @throws FetchError */
  async fetch(uri: string): Promise<ArrayBuffer> {
    this.#fetches = [...this.#fetches.slice(1 - MOST_FETCHES), startStopwatch()];
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
   * @throws once the issuer was asked ten times within a minute: what the last time failed with, or KidNotFoundInJwksError
   */
  async wait(): Promise<void> {
    const recent = this.#fetches.filter((elapsed) => elapsed() < WITHIN_MS);
    if (recent.length < MOST_FETCHES) return;
    throw this.#failure ?? new KidNotFoundInJwksError('The issuer was asked for its keys enough.');
  }

  registerFailedAttempt(): void {}

  registerSuccessfulAttempt(): void {}
}
