import { describe, expect, it } from 'vitest';
import { MemoryOrders } from '../testing/memory-orders.ts';
import { anOrder } from '../testing/orders.ts';
import type { Caller } from './caller.ts';
import { findOrder } from './find-order.ts';
import type { OrderFinder } from './ports.ts';
import { DEFAULT_SHARD_MAP, type ShardRange, shardFor, shardName } from './shard-map.ts';

const ALICES = anOrder();
const ZARAS = anOrder({ id: '019d0f2e-7b5c-7000-8000-000000000002', userId: 'zara' });
const UNKNOWN = '019d0f2e-7b5c-7000-8000-000000000003';
const NOTHING = { receipt: false, event: false };
const UNKNOWN_WAY = { receiptStoredAt: undefined, eventPublishedAt: undefined, position: undefined };
const anyone: Caller = { kind: 'anyone' };
const user = (userId: string, operator = false): Caller => ({ kind: 'user', userId, operator });

async function system() {
  const orders = new MemoryOrders();
  for (const order of [ALICES, ZARAS]) await orders.place(shardFor(DEFAULT_SHARD_MAP, order.userId), order);
  const asked: string[] = [];
  const recording: OrderFinder = {
    find(shard, id) {
      asked.push(shardName(shard));
      return orders.find(shard, id);
    },
  };
  return {
    orders,
    asked,
    shards: DEFAULT_SHARD_MAP,
    find: (id: string, caller: Caller) => findOrder(id, caller, { shards: DEFAULT_SHARD_MAP, orders: recording }),
  };
}

describe('finding an order', () => {
  it('finds it in whichever shard keeps it', async () => {
    const { find } = await system();
    expect(await find(ALICES.id, anyone)).toMatchObject({ order: ALICES, shard: { id: 1 } });
    expect(await find(ZARAS.id, user('alice', true))).toMatchObject({ order: ZARAS, shard: { id: 2 } });
  });

  it('asks a user’s own shard alone', async () => {
    const { find, asked, orders } = await system();
    orders.unavailable.add('shard2');
    expect(await find(ALICES.id, user('alice'))).toMatchObject({ order: ALICES });
    expect(asked).toEqual(['shard1']);
  });

  it.each<[string, string, Caller]>([
    ['that does not exist', UNKNOWN, anyone],
    ['that does not exist, to its user', UNKNOWN, user('alice')],
    ['of somebody else', ZARAS.id, user('alice')],
    ['of somebody else in the same shard', ALICES.id, user('bob')],
    ['of somebody whose name differs in case', ALICES.id, user('Alice')],
  ])('finds none %s', async (_, id, caller) => {
    const { find } = await system();
    await expect(find(id, caller)).rejects.toMatchObject({
      code: 'order_not_found',
      message: 'There is no order with this id.',
    });
  });

  it('does not say that there is none while a shard is away', async () => {
    const { find, orders } = await system();
    orders.unavailable.add('shard2');
    await expect(find(ZARAS.id, anyone)).rejects.toMatchObject({ code: 'shard_unavailable', shard: 'shard2' });
    await expect(find(ZARAS.id, user('zara'))).rejects.toMatchObject({ code: 'shard_unavailable' });
    await expect(find(ZARAS.id, user('alice'))).rejects.toMatchObject({ code: 'order_not_found' });
  });

  it('does not wait for the shards that do not keep it', async () => {
    const { orders } = await system();
    const slow: OrderFinder = {
      find: (shard, id) => (shardName(shard) === 'shard2' ? new Promise(() => undefined) : orders.find(shard, id)),
    };
    expect(await findOrder(ALICES.id, anyone, { shards: DEFAULT_SHARD_MAP, orders: slow })).toMatchObject({
      order: ALICES,
    });
  });

  it('keeps a defect what it is', async () => {
    const broken: OrderFinder = { find: () => Promise.reject(new Error('no such column')) };
    await expect(findOrder(UNKNOWN, anyone, { shards: DEFAULT_SHARD_MAP, orders: broken })).rejects.toThrow(
      'no such column',
    );
  });
});

describe('finding an order while users move', () => {
  const MOVING: readonly ShardRange[] = [
    { id: 1, from: 'A', to: 'M', next: ['B', 'M'] },
    { id: 2, from: 'N', to: 'Z', next: ['N', 'Z'] },
    { id: 3, next: ['A', 'A'] },
  ];
  /** Shard 3 gets alice after it was asked for the first time; shard 1 has let her go. */
  function onTheWay() {
    const asked: string[] = [];
    const orders: OrderFinder = {
      find: async (shard) => {
        asked.push(shardName(shard));
        const arrived = shard.id === 3 && asked.filter((name) => name === 'shard3').length > 1;
        return arrived ? { order: ALICES, delivered: NOTHING, way: UNKNOWN_WAY } : undefined;
      },
    };
    return { asked, find: (caller: Caller) => findOrder(ALICES.id, caller, { shards: MOVING, orders }) };
  }

  it('finds it though its user was at neither shard when that was asked', async () => {
    for (const caller of [anyone, user('alice')]) {
      expect(await onTheWay().find(caller)).toMatchObject({ order: ALICES, shard: { id: 3 } });
    }
  });

  it('asks a user’s two shards alone, twice when neither has it, and the one of a user who does not move once', async () => {
    const [moving, still] = [onTheWay(), onTheWay()];
    await moving.find(user('alice'));
    await expect(still.find(user('zara'))).rejects.toMatchObject({ code: 'order_not_found' });
    expect([moving.asked, still.asked]).toEqual([['shard1', 'shard3', 'shard1', 'shard3'], ['shard2']]);
  });
});
