import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, type Overview } from './api.ts';
import { Live, PAUSE_MS } from './live.ts';

const overview = (version: string): Overview => ({ version, checks: {}, history: [] });

let hidden: boolean;
let mayAsk: boolean;
let asked: object[];
let received: (string | undefined)[];
let failures: string[];
let respond: () => Promise<Overview | undefined>;
let live: Live;

beforeEach(() => {
  vi.useFakeTimers();
  [hidden, mayAsk, asked, received, failures] = [false, true, [], [], []];
  respond = async () => overview('v1');
  live = new Live({
    api: {
      overview: (query) => {
        asked.push(query);
        return respond();
      },
    },
    query: () => ({ q: 'ali', limit: 50 }),
    mayAsk: () => mayAsk,
    isHidden: () => hidden,
    received: (fresh) => received.push(fresh?.version),
    failed: (error) => failures.push(error.message),
  });
});
afterEach(() => {
  live.stop();
  vi.useRealTimers();
});

describe('a live page', () => {
  it('asks again a second after each response, with the version that it has', async () => {
    await live.refresh();
    respond = async () => undefined;
    await vi.advanceTimersByTimeAsync(2 * PAUSE_MS);
    expect(asked).toEqual([
      { q: 'ali', limit: 50 },
      { q: 'ali', limit: 50, version: 'v1' },
      { q: 'ali', limit: 50, version: 'v1' },
    ]);
    expect([received, live.liveness]).toEqual([['v1', undefined, undefined], 'live']);
  });

  it('has one request on its way, and takes no response to an earlier question', async () => {
    const slow = Promise.withResolvers<Overview>();
    respond = () => slow.promise;
    void live.refresh();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(1);
    respond = async () => overview('v2');
    await live.refresh(true);
    slow.resolve(overview('v1'));
    await vi.advanceTimersByTimeAsync(0);
    expect(received).toEqual(['v2']);
    expect(asked[1]).toEqual({ q: 'ali', limit: 50 });
  });

  it('waits longer after each failure, says so, and begins anew', async () => {
    await live.refresh();
    respond = async () => {
      throw new ApiError('The API does not respond.', { status: 0 });
    };
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect([failures.length, live.liveness]).toEqual([1, 'reconnecting']);
    await vi.advanceTimersByTimeAsync(2 * PAUSE_MS);
    expect(failures).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(failures.length).toBeLessThan(12);
    respond = async () => overview('v1');
    await live.refresh();
    expect(live.liveness).toBe('live');
    expect(asked.at(-1)).not.toHaveProperty('version');
  });

  it('takes a refusal for a response, and seldom asks the same again', async () => {
    respond = async () => {
      throw new ApiError('These are not your orders.', { status: 403 });
    };
    await live.refresh();
    expect([failures, live.liveness]).toEqual([['These are not your orders.'], 'live']);
    const before = asked.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked.length - before).toBeLessThan(4);
    respond = async () => overview('v1');
    await live.refresh(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked.length - before).toBeGreaterThan(8);
  });

  it('rests while nobody looks, and while nobody is signed in', async () => {
    hidden = true;
    await live.refresh();
    await vi.advanceTimersByTimeAsync(30_000);
    expect([asked.length, live.liveness]).toEqual([1, 'paused']);
    [hidden, mayAsk] = [false, false];
    await live.refresh();
    expect([asked.length, live.liveness]).toEqual([1, 'paused']);
  });
});
