import { beforeEach, describe, expect, it } from 'vitest';
import { ShardUnavailableError } from '../domain/errors.ts';
import { receiptKey } from '../domain/order.ts';
import { DEFAULT_SHARD_MAP, type ShardRange } from '../domain/shard-map.ts';
import { MemoryUserReceipts } from '../testing/memory-user-receipts.ts';
import { anOrder } from '../testing/orders.ts';
import { eraseReceipts } from './erase-receipts.ts';
import { exportReceipts } from './export-user.ts';

const ID = (n: number) => `019d0f2e-7b5c-7000-8000-00000000000${n}`;
const keyOf = (n: number, userId = 'alice') => receiptKey(anOrder({ id: ID(n), userId }));

let receipts: MemoryUserReceipts;
/** Orders that are there, by the id of their shard. */
let stored: Record<number, string[]>;

beforeEach(() => {
  receipts = new MemoryUserReceipts();
  stored = {};
});

const erasure = {
  known: async ({ id }: ShardRange, ids: readonly string[]) => ids.filter((one) => stored[id]?.includes(one)),
};

async function eraseAll(userId = 'alice', use: Parameters<typeof eraseReceipts>[2]['erasure'] = erasure) {
  const total = { receipts: 0, versions: 0, kept: 0 };
  for (let next: string | undefined, more = true; more; more = next !== undefined) {
    const page = await eraseReceipts(userId, next, { shards: DEFAULT_SHARD_MAP, erasure: use, receipts });
    for (const what of ['receipts', 'versions', 'kept'] as const) total[what] += page[what];
    next = page.next;
  }
  return total;
}

describe("a user's receipts", () => {
  it('are erased with all of their versions, and nobody else’s', async () => {
    for (const n of [1, 1, 2, 3]) receipts.put(keyOf(n));
    for (const other of ['alice2', 'Alice', 'alic']) receipts.put(keyOf(1, other));
    expect(await eraseAll()).toMatchObject({ versions: 4, kept: 0 });
    expect(receipts.kept.map(({ key }) => key)).toEqual(['alic', 'Alice', 'alice2'].map((who) => keyOf(1, who)).sort());
    expect(await eraseAll()).toEqual({ receipts: 0, versions: 0, kept: 0 });
  });

  it('stay where their order was placed since, in whichever shard it is', async () => {
    for (const n of [1, 2, 3]) receipts.put(keyOf(n));
    stored = { 2: [ID(2)] };
    expect(await eraseAll()).toMatchObject({ versions: 2, kept: 1 });
    expect(receipts.kept.map(({ key }) => key)).toEqual([keyOf(2)]);
  });

  it('include what is no receipt of an order', async () => {
    receipts.put('receipts/alice/notes/1.txt');
    expect(await eraseAll()).toMatchObject({ versions: 1 });
  });

  it('are not touched while a shard cannot say which orders it has', async () => {
    receipts.put(keyOf(1));
    const known = () => Promise.reject(new ShardUnavailableError('shard2'));
    await expect(eraseAll('alice', { known })).rejects.toThrow('shard2');
    expect(receipts.kept).toHaveLength(1);
  });

  it('are given out as readers get them, page by page', async () => {
    for (const n of [1, 1, 2, 3]) receipts.put(keyOf(n));
    const first = await exportReceipts('alice', undefined, receipts);
    const second = await exportReceipts('alice', first.next, receipts);
    expect([...first.receipts, ...second.receipts]).toEqual(
      [1, 2, 3].map((n) => ({ key: keyOf(n), text: `text of ${keyOf(n)}` })),
    );
    expect(second.next).toBeUndefined();
  });
});
