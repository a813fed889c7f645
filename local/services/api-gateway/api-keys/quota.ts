export interface Quota {
  /** Requests in each period. */
  readonly limit: number;
  readonly period: 'DAY' | 'WEEK' | 'MONTH';
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** 1 January 1970 was a Thursday; weeks begin on Sunday. */
const DAYS_BEFORE_FIRST_SUNDAY = 3;

/** The number of the period that a time lies in, in UTC. */
export function periodOf(now: Date, { period }: Pick<Quota, 'period'>): number {
  if (period === 'MONTH') return now.getUTCFullYear() * 12 + now.getUTCMonth();
  const day = Math.floor(now.getTime() / DAY_MS);
  return period === 'DAY' ? day : Math.floor((day - DAYS_BEFORE_FIRST_SUNDAY) / 7);
}
