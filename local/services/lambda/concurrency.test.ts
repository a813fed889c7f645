import { describe, expect, it } from 'vitest';
import { startFunction } from './lambda-fixture.ts';

const SLEEPER =
  'export const handler = async (ms) => { await new Promise((r) => setTimeout(r, ms)); return process.pid; };';

describe('concurrency', () => {
  it('gives each of several simultaneous events an environment of its own', async () => {
    const { invoke } = await startFunction(SLEEPER);
    const results = await Promise.all([invoke(200), invoke(200), invoke(200)]);
    expect(new Set(results.map(({ value }) => value)).size).toBe(3);
  });

  it('beyond the limit of the machine, events wait for a free environment', async () => {
    const { invoke } = await startFunction(SLEEPER, {}, { limits: { maxEnvironments: 1 } });
    const results = await Promise.all([invoke(20), invoke(20), invoke(20)]);
    expect(new Set(results.map(({ value }) => value)).size).toBe(1);
  });

  it('the wait ends when the caller gives up, and the place goes to the next one', async () => {
    const { invoke, service } = await startFunction(SLEEPER, {}, { limits: { maxEnvironments: 1 } });
    const caller = new AbortController();
    const running = invoke(100);
    const waiting = service.invoke('orders', '1', { signal: caller.signal });
    const next = invoke(1);
    caller.abort(new Error('gave up'));
    await expect(waiting).rejects.toThrow('gave up');
    expect((await next).value).toBe((await running).value);
  });

  it('beyond the reserved concurrency, events are refused', async () => {
    const { invoke } = await startFunction(SLEEPER, { reservedConcurrency: 1 });
    const running = invoke(100);
    await expect(invoke(1)).rejects.toMatchObject({ code: 'TooManyRequestsException' });
    expect((await running).value).toBeGreaterThan(0);
  });

  it('a reserved concurrency of 0 refuses every event', async () => {
    const { invoke } = await startFunction(SLEEPER, { reservedConcurrency: 0 });
    await expect(invoke(1)).rejects.toMatchObject({ code: 'TooManyRequestsException' });
  });
});
