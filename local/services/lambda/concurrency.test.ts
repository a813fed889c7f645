import { describe, expect, it } from 'vitest';
import { startFunction } from './lambda-fixture.ts';
import { MachineLimit } from './machine-limit.ts';

const SLEEPER =
  'export const handler = async (ms) => { await new Promise((r) => setTimeout(r, ms)); return process.pid; };';

const THROTTLED = {
  code: 'TooManyRequestsException',
  message: 'Rate Exceeded.',
  reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
};

describe('concurrency', () => {
  it('gives each of several simultaneous events an environment of its own', async () => {
    const { invoke } = await startFunction(SLEEPER);
    const results = await Promise.all([invoke(200), invoke(200), invoke(200)]);
    expect(new Set(results.map(({ value }) => value)).size).toBe(3);
  });

  it('beyond the limit of the machine, events wait for a free environment', async () => {
    const { invoke } = await startFunction(SLEEPER, {}, { limits: { machine: new MachineLimit(1) } });
    const results = await Promise.all([invoke(20), invoke(20), invoke(20)]);
    expect(new Set(results.map(({ value }) => value)).size).toBe(1);
  });

  it('beyond what the processors can compute, events wait for an environment that is warm', async () => {
    const { invoke } = await startFunction(SLEEPER, {}, { limits: { turns: new MachineLimit(1) } });
    const results = await Promise.all([invoke(20), invoke(20), invoke(20)]);
    expect(new Set(results.map(({ value }) => value)).size).toBe(1);
  });

  it('an event that only waits keeps no other one waiting', async () => {
    const { invoke } = await startFunction(SLEEPER, {}, { limits: { turns: new MachineLimit(1, 100) } });
    const ended: string[] = [];
    const slow = invoke(5_000).then(() => ended.push('slow'));
    await Promise.all([slow, invoke(0).then(() => ended.push('quick'))]);
    expect(ended).toEqual(['quick', 'slow']);
  });

  it('the wait ends when the caller gives up, and the place goes to the next one', async () => {
    const { invoke, service } = await startFunction(SLEEPER, {}, { limits: { machine: new MachineLimit(1) } });
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
    await expect(invoke(1)).rejects.toMatchObject(THROTTLED);
    expect((await running).value).toBeGreaterThan(0);
  });

  it('a reserved concurrency of 0 refuses every event', async () => {
    const { invoke } = await startFunction(SLEEPER, { reservedConcurrency: 0 });
    await expect(invoke(1)).rejects.toMatchObject(THROTTLED);
  });
});

describe('environments that start', () => {
  /** Tells when its init phase began and ended, and which process it is. */
  const slowly = (initMs: number) => `const begun = Date.now();
    await new Promise((r) => setTimeout(r, ${initMs}));
    const ready = Date.now();
    export const handler = async (ms) => {
      await new Promise((r) => setTimeout(r, ms));
      return { begun, ready, pid: process.pid };
    };`;

  /** What several simultaneous events come to where one environment starts at a time, the earliest first. */
  async function together(initMs: number, events: readonly number[]) {
    const { invoke } = await startFunction(slowly(initMs), {}, { limits: { starts: new MachineLimit(1, 1_000) } });
    const results = await Promise.all(events.map((ms) => invoke(ms)));
    return results.map(({ value }) => value).sort((one, other) => one.begun - other.begun);
  }

  it('are no more at once than the machine has processors for', async () => {
    const [first, second] = await together(100, [2_000, 2_000]);
    expect(second.begun).toBeGreaterThanOrEqual(first.ready);
  });

  it('do not wait for one that only waits itself', async () => {
    const [first, second] = await together(4_000, [0, 2_000]);
    expect(second.begun).toBeLessThan(first.ready);
  });

  it('count as computing, so that the events that wait get one that has started', async () => {
    const limits = { turns: new MachineLimit(1, 2_000), starts: new MachineLimit(2, 60_000) };
    const { invoke } = await startFunction(slowly(3_000), {}, { limits });
    const results = await Promise.all([invoke(0), invoke(0)]);
    expect(new Set(results.map(({ value }) => value.pid)).size).toBe(1);
  });

  it('are not waited for by an event for which another one becomes free', async () => {
    const results = await together(500, [0, 0, 0]);
    expect(new Set(results.map(({ pid }) => pid)).size).toBe(2);
  });
});

describe('the limit of the machine', () => {
  it('lets each function run one event, so that one that waits for another does not wait for ever', async () => {
    const machine = new MachineLimit(1);
    const caller = {};
    const called = {};
    await machine.acquire(caller);
    await machine.acquire(called);
    let admitted = false;
    const second = machine.acquire(called).then(() => {
      admitted = true;
    });
    machine.release(caller);
    await new Promise((resolve) => setImmediate(resolve));
    expect(admitted).toBe(false);
    machine.release(called);
    await second;
  });

  it('shares what is left of the account among the functions that reserve nothing', async () => {
    const { service, invoke } = await startFunction(SLEEPER);
    const { definition, role } = service.functions.get('orders') ?? {};
    if (!definition || !role) throw new Error('no function');
    service.put({ ...definition, name: 'greedy', reservedConcurrency: 999 }, role);
    const running = invoke(200);
    await expect(invoke(1)).rejects.toMatchObject({ ...THROTTLED, reason: 'ConcurrentInvocationLimitExceeded' });
    expect((await running).value).toBeGreaterThan(0);
  });
});
