import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PRICES } from './prices.ts';

it('the page about costs has the prices that the bench counts with, and their date', () => {
  const page = readFileSync(new URL('../../docs/cost.md', import.meta.url), 'utf8');
  const dollars = (price: number) => price.toFixed(2);
  const { date, apiMillionRequests, s3MillionPuts, cloudFrontMillionRequests } = PRICES;
  expect(page).toContain(`List prices of ${date}`);
  expect(page).toContain(`API Gateway ${dollars(apiMillionRequests)}`);
  expect(page).toContain(`S3 requests ${dollars(s3MillionPuts)}`);
  expect(page).toContain(`CloudFront ${dollars(cloudFrontMillionRequests)}`);
});
