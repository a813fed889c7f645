import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ignored } from './provider.ts';
import type { Service } from './service.ts';
import { Services } from './services.ts';
import { servicesFixture } from './services-fixture.ts';

const { signal } = new AbortController();

/** Three services, of which the second and the third stand in one row; each step is written down. */
function recorded(failing?: string) {
  const events: string[] = [];
  const step = (event: string) => async () => {
    events.push(event);
    if (event === failing) throw new Error(failing);
  };
  const service = (name: string): Service => ({
    open: step(`open ${name}`),
    start: step(`start ${name}`),
    stop: step(`stop ${name}`),
  });
  const services = new Services([[service('store')], [service('function'), service('queue')], [service('api'), {}]]);
  return { services, events };
}

describe('services', () => {
  it('open and start row by row, and stop the other way round', async () => {
    const { services, events } = recorded();
    await services.open(signal);
    await services.start(signal);
    await services.stop();
    const steps = (step: string) => ['store', 'function', 'queue', 'api'].map((name) => `${step} ${name}`);
    const stops = ['stop api', 'stop function', 'stop queue', 'stop store'];
    expect(events).toEqual([...steps('open'), ...steps('start'), ...stops]);
  });

  it('start nothing after one that failed, and stop whatever else there is when one cannot be stopped', async () => {
    const failingStart = recorded('start queue');
    await expect(failingStart.services.start(signal)).rejects.toThrow('start queue');
    expect(failingStart.events).not.toContain('start api');
    const failingStop = recorded('stop function');
    await expect(failingStop.services.stop()).rejects.toThrow('some parts could not be stopped');
    expect(failingStop.events.at(-1)).toBe('stop store');
  });

  it('wait, when a start fails or is aborted, for what is still starting, so that it is stopped', async () => {
    const ending = new AbortController();
    const failing = { start: () => Promise.reject(new Error('no port')) };
    const aborting = { start: async () => ending.abort(new Error('Ctrl-C')) };
    for (const [other, reason] of [
      [failing, 'no port'],
      [aborting, 'Ctrl-C'],
    ] as const) {
      const started: string[] = [];
      const slow: Service = { start: () => delay(20).then(() => void started.push('poller')) };
      const next: Service = { start: async () => void started.push('next row') };
      await expect(new Services([[slow, other], [next]]).start(ending.signal)).rejects.toThrow(reason);
      expect(started).toEqual(['poller']);
    }
  });

  it('give up what has not started within some seconds after that', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const ending = new AbortController();
    const never: Service = { start: () => new Promise(() => {}) };
    const failure = expect(new Services([[never]]).start(ending.signal)).rejects.toThrow('Ctrl-C');
    ending.abort(new Error('Ctrl-C'));
    await vi.advanceTimersByTimeAsync(5_000);
    await failure;
  });

  it('find the provider of a type, and that of custom resources for a custom type without its own', () => {
    const [custom, special] = [ignored('any custom resource'), ignored('a special one')];
    const services = new Services([
      [{ resources: { 'AWS::CloudFormation::CustomResource': custom } }, { resources: { 'Custom::Special': special } }],
    ]);
    expect(services.providerOf({ Type: 'Custom::Special' })).toBe(special);
    expect(services.providerOf({ Type: 'Custom::Lookup' })).toBe(custom);
    expect(services.providerOf({ Type: 'Test::Unknown::Thing' })).toBeUndefined();
  });

  it('have one provider for each type', () => {
    const types = servicesFixture().services.all.flatMap(({ resources }) => Object.keys(resources ?? {}));
    expect(types).toEqual([...new Set(types)]);
  });
});
