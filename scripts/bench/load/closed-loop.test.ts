import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { runClosedLoop } from './closed-loop.ts';

const PACE = { clients: 3, warmUpSeconds: 0, seconds: 0.2 };

it('each client begins the next when the last one has ended, so that as many run as there are clients', async () => {
  let [running, most] = [0, 0];
  const { done, all, failures } = await runClosedLoop(PACE, async () => {
    running += 1;
    most = Math.max(most, running);
    await delay(5);
    running -= 1;
    return undefined;
  });
  expect(most).toBe(3);
  expect(done).toBeGreaterThan(3);
  expect([all, failures]).toEqual([done, {}]);
});

it('what fails is counted by its kind, and not among what is done', async () => {
  const measured = await runClosedLoop({ ...PACE, atMost: 6 }, async (number) => {
    await delay(1);
    return number % 2 === 0 ? '503' : undefined;
  });
  expect(measured).toMatchObject({ done: 3, all: 3, failures: { 503: 3 } });
});

it('what belongs to the warm-up is not measured', async () => {
  const measured = await runClosedLoop({ ...PACE, warmUpSeconds: 0.1 }, () => delay(2));
  expect(measured.all).toBeGreaterThan(measured.done);
  expect(measured.done).toBeGreaterThan(0);
});

it('a pace spreads the work evenly, whoever of the clients does it', async () => {
  const starts: number[] = [];
  await runClosedLoop({ ...PACE, seconds: 0.5, perSecond: 20 }, async () => {
    starts.push(performance.now());
    return undefined;
  });
  expect(starts.length).toBeGreaterThan(8);
  expect(starts.length).toBeLessThanOrEqual(11);
  // Timers are late on a busy machine, but never early.
  expect((starts.at(-1) as number) - (starts[0] as number)).toBeGreaterThan(50 * (starts.length - 2));
});

it('each client is measured at least once, however long that takes', async () => {
  const { done, max } = await runClosedLoop({ ...PACE, warmUpSeconds: 0.1 }, () => delay(400));
  expect(done).toBe(3);
  expect(max).toBeGreaterThan(300);
});
