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
  beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-11-27T09:00:30Z') }));
  afterEach(() => void vi.useRealTimers());

  // The meanings are those of the examples in EventBridge's guide.
  it.each([
    ['cron(0 10 * * ? *)', ['2026-11-27T10:00', '2026-11-28T10:00']],
    ['cron(0/15 8-17 ? * MON-FRI *)', ['2026-11-27T09:15', '2026-11-27T09:30']],
    ['cron(0 18 ? * MON-FRI *)', ['2026-11-27T18:00', '2026-11-30T18:00']],
    ['cron(0 8 1 * ? *)', ['2026-12-01T08:00', '2027-01-01T08:00']],
    ['cron(0 8 ? * 1 2027)', ['2027-01-03T08:00', '2027-01-10T08:00']],
    ['cron(0 8 ? * L *)', ['2026-11-28T08:00', '2026-12-05T08:00']],
    ['cron(0 8 L * ? *)', ['2026-11-30T08:00', '2026-12-31T08:00']],
    ['cron(0 8 3W * ? *)', ['2026-12-03T08:00', '2027-01-04T08:00']],
    ['cron(0 8 ? JAN,MAR 3#2 *)', ['2027-01-12T08:00', '2027-03-09T08:00']],
  ])('%s fires at its times, in UTC', async (expression, times) => {
    const fired: string[] = [];
    const schedule = recur(recurrenceOf(expression), () => fired.push(new Date().toISOString().slice(0, 16)));
    while (fired.length < times.length) await vi.advanceTimersToNextTimerAsync();
    schedule.stop();
    expect(fired).toEqual(times);
    expect(vi.getTimerCount()).toBe(0);
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
