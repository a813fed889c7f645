import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OrderBody } from '../contract/http/responses.ts';
import { decodeCursor } from '../domain/order-page.ts';
import { toOrderBody } from '../http/order-body.ts';
import { startMove } from '../move-users/begin-move.ts';
import { MAP } from '../move-users/mover-fixture.ts';
import { runMover } from '../move-users/run-mover.ts';
import { type ExportedOrders, exportOrders } from './export-user.ts';
import { StoredUsers } from './user-data-fixture.ts';

let users: StoredUsers;

beforeAll(async () => {
  users = await StoredUsers.create();
  return () => users.close();
});
beforeEach(() => users.empty());

const page = (userId: string, after?: string): Promise<ExportedOrders> =>
  exportOrders(userId, after === undefined ? undefined : decodeCursor(after), {
    shards: MAP,
    orders: users.lists,
    log: users.three.log,
  });

/** All pages. @param between done after the first one */
async function all(userId: string, between = async () => {}): Promise<{ orders: OrderBody[]; pages: number }> {
  const orders: OrderBody[] = [];
  let next: string | undefined;
  for (let pages = 1; ; pages++) {
    const got = await page(userId, next);
    orders.push(...got.orders);
    next = got.next;
    if (next === undefined) return { orders, pages };
    if (pages === 1) await between();
  }
}

describe("a user's orders are given out", () => {
  it('as the API shows them, newest first, and of nobody else', async () => {
    const order = await users.order('gina', { productName: 'Ünicode "quoted"\\ 😀' });
    await users.order('Gina');
    expect((await all('gina')).orders).toEqual([toOrderBody(order)]);
    expect((await all('nobody')).orders).toEqual([]);
  });

  it('page by page, each once, also while the user moves to another shard, from where the archive rests', async () => {
    await users.three.place(1, 'gina', 2_345);
    const before = await all('gina');
    expect([before.pages, before.orders.length]).toEqual([3, 2_345]);
    await startMove(users.three);
    const moving = await all('gina', async () => {
      await runMover(users.three);
      await users.three.passAMinute();
      await runMover(users.three);
    });
    expect(moving.orders).toEqual(before.orders);
    expect(new Set(moving.orders.map(({ id }) => id)).size).toBe(2_345);
  });
});
