const CURRENCY = new Intl.NumberFormat(undefined, {
  style: 'currency',
  currency: 'USD',
  currencyDisplay: 'narrowSymbol',
});
const COUNT = new Intl.NumberFormat();
const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** A whole number with its thousands apart, as the reader writes it. */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** A price in dollars, as the reader writes it. */
export function formatPrice(price: number): string {
  return CURRENCY.format(price);
}

/** Quantity times price, in whole cents: the largest order has more digits than a number keeps exactly. */
export function totalCents(quantity: number, price: number): bigint {
  return BigInt(quantity) * BigInt(Math.round(price * 100));
}

/** What an order costs, as the reader writes it. */
export function formatTotal(quantity: number, price: number): string {
  const cents = totalCents(quantity, price);
  const text = `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}` as `${number}`;
  return CURRENCY.format(text);
}

/** A moment in the reader's own time zone and, as `utc`, unmistakably. */
export interface LocalTime {
  readonly clock: string;
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
  return { clock: CLOCK.format(date), date: DATE.format(date), utc: `${day} ${clock?.slice(0, 8)} UTC` };
}
