export interface Rate {
  /** Requests a second; 0 lets none pass. */
  readonly perSecond: number;
  /** How many may come at once: the size of the bucket. */
  readonly burst: number;
}

/**
 * What an account may do in a Region, for all of its APIs together, before its quota is raised.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
export const ACCOUNT_RATE: Rate = { perSecond: 10_000, burst: 5_000 };
