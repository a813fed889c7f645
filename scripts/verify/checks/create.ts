import { createdOrder, expectEqual, expectOrderOf, newOrder } from '../contract.ts';
import { expectHeader, expectJson, expectThat } from '../expectations.ts';
import type { PlacedOrder, Suite } from '../suite.ts';

/**
 * `POST /api/orders`
 *
 * @returns the orders that were placed, oldest first
 */
export async function checkCreate({ api, user, check }: Suite): Promise<readonly PlacedOrder[]> {
  const place = async (request = newOrder(user, 'Keyboard')): Promise<PlacedOrder> => {
    const answer = await api.post('/api/orders', request);
    const created = expectJson(answer, 201, createdOrder);
    expectOrderOf(request, created);
    expectHeader(answer, 'location', `/api/orders/${created.order.id}`);
    return { request, answer: created };
  };

  const first = await check('POST /api/orders answers 201 with the order, field for field', async () => {
    const placed = await place();
    const { status, created_at, updated_at } = placed.answer.order;
    expectEqual('the status of a new order', status, 'created');
    expectEqual('updated_at of a new order', updated_at, created_at);
    return placed;
  });
  const second = await check('the same order once more is another order', async () => {
    const placed = await place(first?.request);
    expectThat(placed.answer.order.id !== first?.answer.order.id, 'an id of its own', () => placed.answer.order.id);
    return placed;
  });
  const third = await check('an order at the bounds is taken: 255 characters, quantity 1, price 0.01', async () => {
    const request = { ...newOrder(user, 'bounds'), quantity: 1, price: 0.01 };
    return place({ ...request, product_name: request.product_name.padEnd(255, 'ü') });
  });
  return [first, second, third].filter((placed) => placed !== undefined);
}
