import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ErasedPage, ErasedTraces, UserErasure } from '../domain/erasure.ts';
import { eraseOrders } from './erase-orders.ts';

const PAGE = { outcome: 'erased', orders: 1_000, copies: 0, stopped: false } as const;
const NOTHING = { ...PAGE, orders: 0 };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  return () => vi.useRealTimers();
});

/** Erases what a shard gives, each page of which takes a second. @returns also what was asked, in turn */
async function eraseWith(pages: readonly ErasedPage[], traces: readonly ErasedTraces[]) {
  const asked: string[] = [];
  const [leftPages, leftTraces] = [[...pages], [...traces]];
  const erasure: UserErasure = {
    orders: async () => {
      asked.push('orders');
      vi.advanceTimersByTime(1_000);
      return leftPages.shift() ?? NOTHING;
    },
    traces: async () => {
      asked.push('traces');
      return leftTraces.shift() ?? { outcome: 'erased', counted: 0, placed: false };
    },
    known: async () => [],
  };
  const moves = {} as never;
  return { asked, erased: await eraseOrders('gina', new Date(), { shards: [{ id: 1 }], erasure, moves }) };
}

const COUNTED: ErasedTraces = { outcome: 'erased', counted: 0, placed: false };

describe('the erasure of a user with more orders than there is time for', () => {
  it('counts nobody anew before all orders are erased: others could not place any meanwhile', async () => {
    const many = Array.from({ length: 100 }, () => PAGE);
    const { asked, erased } = await eraseWith(many, []);
    expect(new Set(asked)).toEqual(new Set(['orders']));
    expect(erased).toMatchObject({ done: false, orders: 1_000 * asked.length });
  });

  it('counts once the last page is erased, and looks once more', async () => {
    const { asked, erased } = await eraseWith([PAGE, PAGE], []);
    expect(asked).toEqual(['orders', 'orders', 'orders', 'traces', 'orders', 'traces']);
    expect(erased).toMatchObject({ done: true, orders: 2_000 });
  });
});

it('lets others pass before it tries to count once more', async () => {
  const begun = process.hrtime.bigint();
  const { asked, erased } = await eraseWith([], [{ outcome: 'busy' }, COUNTED]);
  expect(asked).toEqual(['orders', 'traces', 'orders', 'traces']);
  expect(erased.done).toBe(true);
  expect(Number(process.hrtime.bigint() - begun) / 1e6).toBeGreaterThan(50);
});
