/** A bigint, because the largest total exceeds 2^53 cents. */
export type Cents = bigint;

/** A number as JSON and Postgres write it, but for its sign. */
const NUMBER = /^(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/i;
/** Of a number, as text: more than any amount needs, and few enough to compute with. */
const MOST_CHARACTERS = 40;

/** Reads `149.99`, `149.990`, `100`, `1e2` or `0.5` exactly; undefined when negative, no number, or no whole number of cents. */
export function parseMoney(text: string): Cents | undefined {
  const match = text.length <= MOST_CHARACTERS ? NUMBER.exec(text) : null;
  if (match === null) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/0+$/, '');
  if (digits === '') return 0n;
  const powerOfTen = Number(exponent) + whole.length - digits.length + 2;
  return powerOfTen >= 0 && powerOfTen <= MOST_CHARACTERS ? BigInt(digits) * 10n ** BigInt(powerOfTen) : undefined;
}

/**
 * Exact below 10^13, where doubles are closer than a cent; undefined when negative, not finite or with more than two decimals.
 */
export function centsFromNumber(amount: number): Cents | undefined {
  const text = Number.isFinite(amount) ? amount.toFixed(2) : '';
  return Number(text) === amount ? parseMoney(text) : undefined;
}

/** The nearest number, e.g. 299.98; exact below 2^53 cents. */
export function centsToNumber(cents: Cents): number {
  return Number(formatMoney(cents));
}

/** For people, e.g. `$299.98`. */
export function formatDollars(cents: Cents): string {
  return `$${formatMoney(cents)}`;
}

/** With two decimals, e.g. `299.98`. */
export function formatMoney(cents: Cents): string {
  const digits = cents.toString().padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
