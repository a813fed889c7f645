import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recur, recurrenceOf } from './recurrence.ts';

describe('a rate', () => {
  it.each([
    ['rate(1 minute)', 60_000],
    ['rate(5 minutes)', 300_000],
    ['rate(1 hour)', 3_600_000],
    ['rate(12 hours)', 43_200_000],
    ['rate(1 day)', 86_400_000],
    ['rate(7 days)', 604_800_000],
  ])('%s is an interval', (expression, intervalMs) => {
    expect(recurrenceOf(expression)).toEqual({ intervalMs });
  });
});

describe('a cron expression', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** How often a schedule that begins a minute before a time fires within two minutes. */
  async function firedAround(expression: string, time: string): Promise<number> {
    let fired = 0;
    vi.setSystemTime(Date.parse(`${time}Z`) - 60_000);
    const schedule = recur(recurrenceOf(expression), () => {
      fired += 1;
    });
    await vi.advanceTimersByTimeAsync(119_000);
    schedule.stop();
    expect(vi.getTimerCount()).toBe(0);
    return fired;
  }

  // The meanings are those of EventBridge's guide. The 27th of November 2026 is a Friday.
  it.each([
    ['cron(0 10 * * ? *)', ['2026-11-27T10:00', '2026-11-28T10:00'], ['2026-11-27T11:00']],
    [
      'cron(0/15 8-17 ? * MON-FRI *)',
      ['2026-11-27T08:15', '2026-11-30T17:45'],
      ['2026-11-27T18:00', '2026-11-28T08:15'],
    ],
    ['cron(0 8 1 * ? *)', ['2026-12-01T08:00', '2027-01-01T08:00'], ['2026-12-02T08:00']],
    ['cron(0 8 ? * 1 2027)', ['2027-01-03T08:00'], ['2026-11-29T08:00', '2027-01-04T08:00']],
    ['cron(0 8 ? * L *)', ['2026-11-28T08:00', '2026-12-05T08:00'], ['2026-11-27T08:00']],
    ['cron(0 8 ? * 6L *)', ['2026-11-27T08:00', '2026-12-25T08:00'], ['2026-11-20T08:00']],
    ['cron(0 8 L * ? *)', ['2026-11-30T08:00', '2026-12-31T08:00'], ['2026-12-30T08:00']],
    ['cron(0 8 3W * ? *)', ['2026-12-03T08:00', '2027-01-04T08:00'], ['2027-01-03T08:00']],
    ['cron(0 8 ? JAN,MAR 3#2 *)', ['2027-01-12T08:00', '2027-03-09T08:00'], ['2027-01-05T08:00', '2027-02-09T08:00']],
  ])('%s fires at its times, in UTC', async (expression, times, others) => {
    for (const time of times) expect([time, await firedAround(expression, time)]).toEqual([time, 1]);
    for (const time of others) expect([time, await firedAround(expression, time)]).toEqual([time, 0]);
  });

  it.each([
    ['cron(* * * * * *)', 'exactly one of day-of-month and day-of-week must be ?'],
    ['cron(0 10 ? * ? *)', 'exactly one of day-of-month and day-of-week must be ?'],
    ['cron(0 10 * * ?)', 'requires exactly 7 parts'],
    ['cron(60 10 * * ? *)', 'Invalid value for minute: 60'],
    ['cron(0 10 * * MON *)', 'exactly one'],
    ['rate(1 minutes)', 'is neither a rate'],
    ['rate(5 minute)', 'is neither a rate'],
    ['rate(0 minutes)', 'is neither a rate'],
    ['rate(30 seconds)', 'is neither a rate'],
    ['rate(25 days)', 'more than 24 days'],
    ['at(2026-11-27T10:00:00)', 'is neither a rate'],
  ])('%s is refused', (expression, message) => {
    expect(() => recurrenceOf(expression)).toThrow(message);
  });
});
