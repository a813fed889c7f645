import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Breaker } from './breaker.ts';

describe('a breaker', () => {
  let attempts: number;
  let breaker: Breaker;

  beforeEach(() => {
    vi.useFakeTimers();
    attempts = 0;
    breaker = new Breaker('Kafka');
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const attempt = (work: () => Promise<unknown>) =>
    breaker.run(() => {
      attempts += 1;
      return work();
    });
  const succeed = () => attempt(async () => 'done');
  const fail = () => expect(attempt(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  const expectNoAttempt = async () => {
    const before = attempts;
    await expect(succeed()).rejects.toMatchObject({ code: 'breaker_open' });
    expect(attempts).toBe(before);
  };

  it('lets work through and gives its result', async () => {
    expect(await succeed()).toBe('done');
  });

  it('attempts nothing for ten seconds after three failures in a row', async () => {
    for (let n = 0; n < 3; n++) await fail();
    await expectNoAttempt();
    vi.advanceTimersByTime(9_999);
    await expectNoAttempt();
    vi.advanceTimersByTime(1);
    expect(await succeed()).toBe('done');
  });

  it('rests no longer because the clock of the machine was set back', async () => {
    for (let n = 0; n < 3; n++) await fail();
    vi.setSystemTime(Date.now() - 3_600_000);
    await expectNoAttempt();
    vi.advanceTimersByTime(10_000);
    expect(await succeed()).toBe('done');
  });

  it('has rested when its environment was frozen for that time', async () => {
    for (let n = 0; n < 3; n++) await fail();
    vi.setSystemTime(Date.now() + 10_000);
    expect(await succeed()).toBe('done');
  });

  it('counts only failures in a row', async () => {
    await fail();
    await fail();
    await succeed();
    await fail();
    await fail();
    expect(await succeed()).toBe('done');
  });

  it('rests again after a failed trial', async () => {
    for (let n = 0; n < 3; n++) await fail();
    vi.advanceTimersByTime(10_000);
    await fail();
    await expectNoAttempt();
    vi.advanceTimersByTime(10_000);
    await succeed();
    await fail();
    expect(await succeed()).toBe('done');
  });

  it.each([
    { trial: 'succeeds', settle: (end: PromiseWithResolvers<string>) => end.resolve('back'), attemptsInAll: 6 },
    {
      trial: 'fails',
      settle: (end: PromiseWithResolvers<string>) => end.reject(new Error('refused')),
      attemptsInAll: 4,
    },
  ])(
    'makes one trial at a time, and the others go on or keep away when it $trial',
    async ({ settle, attemptsInAll }) => {
      for (let n = 0; n < 3; n++) await fail();
      vi.advanceTimersByTime(10_000);
      const end = Promise.withResolvers<string>();
      const all = [attempt(() => end.promise), succeed(), succeed()];
      const outcomes = Promise.allSettled(all);
      await Promise.resolve();
      expect(attempts).toBe(4);

      settle(end);
      await outcomes;
      expect(attempts).toBe(attemptsInAll);
    },
  );
});
