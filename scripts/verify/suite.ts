import type { Client } from './client.ts';
import type { Settings } from './command.ts';
import type { CreatedOrder, OrderRequest } from './contract.ts';
import { Mismatch } from './mismatch.ts';

/** What became of one check. */
export interface Result {
  readonly subject: string;
  /** What the contract says, in a sentence. */
  readonly claim: string;
  readonly outcome: 'passed' | 'failed' | 'unchecked';
  readonly expected?: string;
  /** What came instead, or why there was nothing to look at. */
  readonly got?: string;
}

/** An order that was placed here. */
export interface PlacedOrder {
  readonly request: OrderRequest;
  readonly answer: CreatedOrder;
}

/** What the checks of one subject work with. */
export interface Suite {
  readonly api: Client;
  readonly settings: Settings;
  /** Whose orders are placed here. */
  readonly user: string;
  /**
   * Runs one check and reports it. A check fails by throwing a Mismatch.
   *
   * @returns what the check found, for later ones; undefined when it failed
   */
  check<T>(claim: string, work: () => Promise<T>): Promise<T | undefined>;
}

/** Thrown inside a check that has nothing to look at, because an earlier one has failed. */
class Unchecked extends Error {
  override name = 'Unchecked';
}

/** What an earlier check found: without it, the one that asks for it cannot be done. */
export function need<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new Unchecked(`there is no ${what}`);
  return found;
}

/**
 * A suite for one subject.
 *
 * @param report takes each result as soon as it is known
 */
export function suiteOf(
  subject: string,
  shared: Pick<Suite, 'api' | 'settings' | 'user'>,
  report: (result: Result) => void,
): Suite {
  return {
    ...shared,
    async check(claim, work) {
      try {
        const found = await work();
        report({ subject, claim, outcome: 'passed' });
        return found;
      } catch (error) {
        if (error instanceof Mismatch) {
          report({ subject, claim, outcome: 'failed', expected: error.expected, got: error.got });
        } else if (error instanceof Unchecked) {
          report({ subject, claim, outcome: 'unchecked', got: error.message });
        } else throw error;
        return undefined;
      }
    },
  };
}
