import { expectEqual, lasting, type Order, type OrderPage, orderPage } from '../contract.ts';
import { expectJson, expectThat } from '../expectations.ts';
import { need, type PlacedOrder, type Suite } from '../suite.ts';

/** Others place orders as well; those of this run are never this far down. */
const MOST_PAGES = 50;

/**
 * `GET /api/orders`
 *
 * @param placed the orders of this run, oldest first
 */
export async function checkList(suite: Suite, placed: readonly PlacedOrder[]): Promise<void> {
  const { api, user, settings, check } = suite;
  const ownOnly = settings.token !== undefined && !settings.operator;
  const listPage = async (query: string): Promise<OrderPage> => {
    const page = expectJson(await api.get(`/api/orders${query}`), 200, orderPage);
    expectEqual('count', page.count, page.orders.length);
    expectNewestFirst(page.orders);
    return page;
  };

  await check('GET /api/orders lists at most 50 orders, newest first, and counts them', async () => {
    const { orders } = await listPage('');
    expectThat(orders.length <= 50, 'at most 50 orders', () => `${orders.length} orders`);
    if (ownOnly) expectAllOf(orders, user);
  });
  await check('GET /api/orders?user_id= lists the orders of one user', async () => {
    const { orders } = await listPage(`?user_id=${user}&limit=200`);
    expectAllOf(orders, user);
    expectPlaced(orders, placed);
  });
  await check('pages follow each other without a gap and without an order twice', async () => {
    const orders = await follow((cursor) => listPage(`?user_id=${user}&limit=2${cursor}`), placed);
    expectPlaced(orders, placed);
  });
  await check(
    ownOnly ? 'a list without user_id holds own orders alone' : 'a list without user_id holds everyone’s',
    async () => {
      const orders = await follow((cursor) => listPage(`?limit=200${cursor}`), placed);
      if (ownOnly) expectAllOf(orders, user);
      expectPlaced(orders, placed);
    },
  );
  if (settings.token === undefined) {
    await check('a user without orders gets an empty list', async () => {
      const answer = await api.get(`/api/orders?user_id=${user}-nobody`);
      expectEqual('the body', expectJson(answer, 200, orderPage), { orders: [], count: 0 });
    });
  }
}

/** All orders from the newest on until those of this run are among them. */
async function follow(page: (cursor: string) => Promise<OrderPage>, placed: readonly PlacedOrder[]): Promise<Order[]> {
  const oldest = need(placed[0], 'order to look for').answer.order;
  const orders: Order[] = [];
  let cursor = '';
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const answer = await page(cursor);
    orders.push(...answer.orders);
    if (answer.next_cursor === undefined || orders.some(({ id }) => id === oldest.id)) break;
    cursor = `&cursor=${encodeURIComponent(answer.next_cursor)}`;
  }
  expectNewestFirst(orders);
  const ids = orders.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  expectThat(twice === undefined, 'each order once', () => `${twice} twice`);
  return orders;
}

function expectNewestFirst(orders: readonly Order[]): void {
  const times = orders.map(({ created_at }) => Date.parse(created_at));
  const wrong = times.findIndex((time, index) => time > (times[index - 1] ?? Number.POSITIVE_INFINITY));
  expectThat(
    wrong < 0,
    'the newest order first',
    () => `${orders[wrong]?.created_at} after ${orders[wrong - 1]?.created_at}`,
  );
}

function expectAllOf(orders: readonly Order[], user: string): void {
  const foreign = orders.find(({ user_id }) => user_id !== user);
  expectThat(foreign === undefined, `orders of ${user} alone`, () => `one of ${foreign?.user_id}`);
}

/** Expects the orders of this run among others, the newest first, as they were answered when they were placed. */
function expectPlaced(orders: readonly Order[], placed: readonly PlacedOrder[]): void {
  need(placed[0], 'order to look for');
  const expected = placed.map(({ answer }) => lasting(answer.order)).reverse();
  const ids = new Set(expected.map(({ id }) => id));
  const found = orders.filter(({ id }) => ids.has(id)).map(lasting);
  expectEqual('the orders of this run', found, expected);
}
