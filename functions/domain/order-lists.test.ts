import { describe, expect, it } from 'vitest';
import { anOrder } from '../testing/orders.ts';
import { MemoryLog } from '../testing/ports.ts';
import { ShardUnavailableError } from './errors.ts';
import type { Order } from './order.ts';
import { listChanges, listOrders } from './order-lists.ts';
import type { OrderQuery } from './order-page.ts';
import type { OrderReader } from './ports.ts';
import type { ShardRange } from './shard-map.ts';

/** Users from G to M go to shard 3. */
const MOVING: readonly ShardRange[] = [
  { id: 1, from: 'A', to: 'M', next: ['A', 'F'] },
  { id: 2, from: 'N', to: 'Z', next: ['N', 'Z'] },
  { id: 3, next: ['G', 'M'] },
];
const STILL = MOVING.slice(0, 2).map(({ next, ...shard }) => shard);
const MIAS = [1, 2, 3].map((n) =>
  anOrder({ id: `019d0f2e-7b5c-7000-8000-00000000000${n}`, userId: 'mia', createdAt: new Date(n * 1_000) }),
);

/** @param rounds what each shard owns when it is asked for the first time, for the second, ... */
function system(shards: readonly ShardRange[], rounds: Record<number, readonly (readonly Order[])[]>) {
  const asked: { id: number; query: OrderQuery }[] = [];
  const down = new Set<number>();
  const read = (id: number, query: OrderQuery) => {
    if (down.has(id)) throw new ShardUnavailableError(`shard${id}`);
    const round = asked.filter((one) => one.id === id).length;
    asked.push({ id, query });
    return (rounds[id]?.[round] ?? []).slice(0, query.limit);
  };
  const orders: OrderReader = {
    list: async ({ id }, query) => read(id, query),
    changes: async ({ id }, query) => ({ orders: read(id, query), asOf: new Date(id * 1_000), truncated: false }),
  };
  const dependencies = { shards, orders, log: new MemoryLog() };
  return {
    asked,
    down,
    list: (query: Partial<OrderQuery> = {}) => listOrders({ limit: 10, ...query }, dependencies),
    changes: (query: Partial<OrderQuery> = {}) => listChanges({ limit: 10, ...query }, new Date(0), dependencies),
  };
}

const newestFirst = MIAS.toReversed();

describe('lists while users move', () => {
  it('have the orders of a user who leaves one shard before it is asked and arrives at another after that was', async () => {
    const missed = { 1: [[], []], 3: [[], newestFirst] };
    expect((await system(MOVING, missed).list()).orders).toEqual(newestFirst);
    expect((await system(MOVING, missed).list({ userId: 'mia' })).orders).toEqual(newestFirst);
    expect((await system(MOVING, missed).list({ userPrefix: 'm' })).orders).toEqual(newestFirst);
    expect((await system(MOVING, missed).changes()).orders).toEqual(newestFirst);
  });

  it('have each order once that both shards give, in its later state', async () => {
    const [third, ...others] = newestFirst;
    const confirmed = { ...anOrder(third), status: 'confirmed' as const, updatedAt: new Date(9_000) };
    const both = {
      1: [newestFirst, []],
      3: [
        [confirmed, ...others],
        [confirmed, ...others],
      ],
    };
    expect((await system(MOVING, both).list()).orders).toEqual([confirmed, ...others]);
    const page = await system(MOVING, both).list({ userId: 'mia', limit: 2 });
    expect([page.orders.length, page.next?.id]).toEqual([2, others[0]?.id]);
  });

  it('ask only the shards between which a user moves, and take only what each owns', async () => {
    const { list, asked } = system(MOVING, {});
    await list({ userId: 'mia' });
    expect(asked.map(({ id, query }) => [id, query.ownedOnly])).toEqual([1, 3, 1, 3].map((id) => [id, true]));
  });

  it('ask one shard once for a user who does not move, and all once when nobody does', async () => {
    const moving = system(MOVING, {});
    await moving.list({ userId: 'alice' });
    await moving.changes({ userId: 'zara' });
    const still = system(STILL, {});
    await still.list();
    await still.list({ userId: 'mia' });
    expect([moving.asked, still.asked].map((asked) => asked.map(({ id, query }) => [id, query.ownedOnly]))).toEqual([
      [1, 2].map((id) => [id, undefined]),
      [1, 2, 1].map((id) => [id, undefined]),
    ]);
  });

  it('of a user who moves are not given in parts, those of everybody are', async () => {
    const { list, changes, down } = system(MOVING, { 1: [newestFirst, newestFirst] });
    down.add(3);
    for (const ask of [list, changes]) {
      await expect(ask({ userId: 'mia' })).rejects.toMatchObject({ code: 'shard_unavailable', shard: 'shard3' });
    }
    expect((await list()).unavailableShards).toEqual(['shard3']);
  });
});
