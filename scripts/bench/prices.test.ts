import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PRICES, TIERS, tieredDollars } from './prices.ts';

it('the page about costs has the prices that the bench counts with, and their date', () => {
  const page = readFileSync(new URL('../../docs/cost.md', import.meta.url), 'utf8');
  const dollars = (price: number) => price.toFixed(2);
  const { date, apiMillionRequests, s3MillionPuts, cloudFrontMillionRequests } = PRICES;
  expect(page).toContain(`List prices of ${date}`);
  expect(page).toContain(`API Gateway ${dollars(apiMillionRequests)}`);
  expect(page).toContain(`S3 requests ${dollars(s3MillionPuts)}`);
  expect(page).toContain(`CloudFront ${dollars(cloudFrontMillionRequests)}`);
  for (const price of [PRICES.postgresLargeHour, PRICES.brokerLargeHour, PRICES.pollerUnitHour]) {
    expect(page).toContain(`at $${price}/h`);
  }
});

it('what exceeds a tier costs the price of the next one', () => {
  expect(tieredDollars(333, TIERS.apiMillionRequests)).toBeCloseTo(1_165.5, 6);
  expect(tieredDollars(1_500, TIERS.apiMillionRequests)).toBeCloseTo(333 * 3.5 + 667 * 2.8 + 500 * 2.38, 6);
  expect(tieredDollars(20_001, TIERS.apiMillionRequests)).toBeCloseTo(333 * 3.5 + 667 * 2.8 + 19_000 * 2.38 + 1.51, 6);
});
