import { expect, it } from 'vitest';
import { STAGES } from '../../infra/config/stage.ts';
import { type ApiResponse, call } from '../support/api.ts';
import { runOfFile } from '../support/run-of-file.ts';

/** What the stage has on AWS, where the local run is more generous. */
const { api: LIMITS, concurrency } = STAGES.dev;

const run = runOfFile(['-c', `apiRequestsPerSecond=${LIMITS.requestsPerSecond}`, '-c', 'concurrency=stage']);

/** Sends requests at once. */
async function burst(path: string, requests: number) {
  const begun = performance.now();
  const responses = await Promise.all(Array.from({ length: requests }, () => call(run.addresses.api, 'GET', path)));
  return { responses, seconds: (performance.now() - begun) / 1000 };
}

const withStatus = (responses: readonly ApiResponse[], status: number) =>
  responses.filter((response) => response.status === status);

it('the stage as it is on AWS takes its burst and its rate, and responds to the rest with 429 in its own words', async () => {
  const { responses, seconds } = await burst('/api/openapi.json', 300);
  const throttled = withStatus(responses, 429);
  expect(300 - throttled.length).toBeGreaterThanOrEqual(LIMITS.burst);
  expect(300 - throttled.length).toBeLessThanOrEqual(LIMITS.burst + Math.ceil(seconds * LIMITS.requestsPerSecond));
  for (const { body, headers } of throttled) {
    expect(body).toEqual({ error: 'There are too many requests at the moment. Try again in a second.' });
    expect([headers.get('retry-after'), headers.get('access-control-allow-origin')]).toEqual(['1', '*']);
  }
});

it('its functions take what is reserved for them, and respond to the rest with 503 in the words of the API', async () => {
  const { responses } = await burst('/api/overview', 40);
  const refused = withStatus(responses, 503);
  expect(withStatus(responses, 200).length + refused.length).toBe(40);
  expect(withStatus(responses, 200).length).toBeGreaterThanOrEqual(concurrency?.overview ?? 0);
  expect(refused.length).toBeGreaterThan(0);
  for (const { body, headers } of refused) {
    expect(body).toEqual({ error: 'The service is temporarily unavailable. Try again in a few seconds.' });
    expect(headers.get('retry-after')).toBe('5');
  }
});
