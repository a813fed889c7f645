import { describe, expect, it } from 'vitest';
import { rateMs } from './rate.ts';

describe('rateMs', () => {
  it.each([
    ['rate(1 minute)', 60_000],
    ['rate(5 minutes)', 300_000],
    ['rate(1 hour)', 3_600_000],
    ['rate(12 hours)', 43_200_000],
    ['rate(1 day)', 86_400_000],
    ['rate(7 days)', 604_800_000],
  ])('reads %s', (expression, ms) => {
    expect(rateMs(expression)).toBe(ms);
  });

  it.each([
    ['cron(0 12 * * ? *)', 'no cron expressions'],
    ['rate(1 minutes)', 'is no rate'],
    ['rate(5 minute)', 'is no rate'],
    ['rate(0 minutes)', 'is no rate'],
    ['rate(30 seconds)', 'is no rate'],
    ['rate(25 days)', 'more than 24 days'],
  ])('refuses %s', (expression, message) => {
    expect(() => rateMs(expression)).toThrow(message);
  });
});
