const CURRENCY = new Intl.NumberFormat(undefined, {
  style: 'currency',
  currency: 'USD',
  currencyDisplay: 'narrowSymbol',
});
const ROUGH_CURRENCY = new Intl.NumberFormat(undefined, {
  style: 'currency',
  currency: 'USD',
  currencyDisplay: 'narrowSymbol',
  notation: 'compact',
  maximumSignificantDigits: 4,
});
const COUNT = new Intl.NumberFormat();
const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const MINUTE = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** A whole number with its thousands apart, as the reader writes it. */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** How many orders, in words. */
export function formatOrders(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'order' : 'orders'}`;
}

/** An amount in dollars, as the reader writes it. @param amount exact text where it may exceed what numbers hold */
export function formatPrice(amount: number | string): string {
  return CURRENCY.format(amount as number);
}

/** An amount in dollars where there is little room, such as `$1.234M`. */
export function formatRoughly(amount: string): string {
  return Number(amount) < 100_000 ? formatPrice(amount) : ROUGH_CURRENCY.format(amount as `${number}`);
}

/** Quantity times price, in whole cents: the largest order has more digits than a number keeps exactly. */
export function totalCents(quantity: number, price: number): bigint {
  return BigInt(quantity) * BigInt(Math.round(price * 100));
}

/** What an order costs, as the reader writes it. */
export function formatTotal(quantity: number, price: number): string {
  const cents = totalCents(quantity, price);
  return formatPrice(`${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`);
}

/** A moment in the reader's own time zone and, as `utc`, unmistakably. */
export interface LocalTime {
  readonly clock: string;
  /** Without seconds. */
  readonly minute: string;
  readonly date: string;
  readonly utc: string;
}

/**
 * Puts a moment into words.
 *
 * @param time RFC 3339 text or a date
 */
export function formatTime(time: string | Date): LocalTime {
  const date = new Date(time);
  const [day, clock] = date.toISOString().split('T');
  return {
    clock: CLOCK.format(date),
    minute: MINUTE.format(date),
    date: DATE.format(date),
    utc: `${day} ${clock?.slice(0, 8)} UTC`,
  };
}

/** A length of time, such as `85 ms`, `2.4 s`, `3 min` or `5 h`. @param milliseconds null when it is not known */
export function formatDuration(milliseconds: number | null): string {
  if (milliseconds === null) return '–';
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;
  return milliseconds < 3_600_000
    ? `${Math.round(milliseconds / 60_000)} min`
    : `${Math.round(milliseconds / 3_600_000)} h`;
}
