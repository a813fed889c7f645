import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../tooling/ports.ts';
import { newPortCheck } from './new-ports.ts';

/** A port where somebody listens until the test is over. */
async function takenPort(): Promise<number> {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return port;
}

it('ports that a run comes to want are refused until they are free, and those that it has are not asked about', async () => {
  const claims = [{ part: 'the first API', port: await takenPort() }];
  const check = newPortCheck(() => claims);
  await expect(check()).resolves.toBeUndefined();
  const second = { part: 'the second API', port: await takenPort() };
  claims.push(second);
  for (const _ of ['saved', 'saved again']) await expect(check()).rejects.toThrow('the second API, is taken');
  claims[1] = { ...second, port: await freePort() };
  await expect(check()).resolves.toBeUndefined();
});
