/** A check has found something else than the contract says. */
export class Mismatch extends Error {
  override name = 'Mismatch';
  readonly expected: string;
  readonly got: string;

  constructor(expected: string, got: string) {
    super(`expected ${expected}, got ${got}`);
    this.expected = expected;
    this.got = got;
  }
}

/** Nothing came back. */
export class NoAnswer extends Mismatch {
  override name = 'NoAnswer';
  /** Why, in a few words. */
  readonly reason: string;

  constructor(expected: string, reason: string) {
    super(expected, `none: ${reason}`);
    this.reason = reason;
  }
}
