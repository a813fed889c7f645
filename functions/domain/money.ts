/** A bigint, because the largest total exceeds 2^53 cents. */
export type Cents = bigint;

const DECIMAL = /^(\d+)(?:\.(\d{1,2}))?$/;

/** Reads `149.99`, `100` or `0.5` exactly; undefined unless it is an unsigned decimal with at most two decimals. */
export function parseMoney(text: string): Cents | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, whole = '0', fraction = ''] = match;
  return BigInt(whole) * 100n + BigInt(fraction.padEnd(2, '0'));
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
