import { expect, it } from 'vitest';
import { ShardUnavailableError } from '../domain/errors.ts';
import { loggedHandler } from './logged-handler.ts';
import { StructuredLog } from './structured-log.ts';

const CONTEXT = { awsRequestId: 'request-1' };

/** Has a function fail. @returns what it logs */
async function linesOf(error: Error): Promise<object[]> {
  const written: string[] = [];
  const log = new StructuredLog((line) => written.push(line));
  const handler = loggedHandler(log, () => Promise.reject(error));
  await expect(handler(undefined, CONTEXT)).rejects.toBe(error);
  return written.map((line) => JSON.parse(line));
}

it('logs why a shard does not respond, which the line of the runtime leaves out', async () => {
  const cause = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
  expect(await linesOf(new ShardUnavailableError('shard1', { cause }))).toMatchObject([
    {
      level: 'ERROR',
      requestId: 'request-1',
      error: { name: 'ShardUnavailableError', cause: { code: 'ECONNREFUSED' } },
    },
  ]);
});

it('leaves a failure without a cause to the line of the runtime', async () => {
  expect(await linesOf(new Error('refused'))).toEqual([]);
});

it('hands on the event and the result', async () => {
  const handler = loggedHandler(new StructuredLog(), async (event: string) => `${event}!`);
  expect(await handler('event', CONTEXT)).toBe('event!');
});
