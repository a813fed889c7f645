import { randomUUID } from 'node:crypto';
import { expectEqual, expectOrderOf, foundOrder, lasting } from '../contract.ts';
import { expectJson, expectRefusal } from '../expectations.ts';
import { need, type PlacedOrder, type Suite } from '../suite.ts';

/** `GET /api/orders/{id}` */
export async function checkSingleOrder({ api, check }: Suite, placed: PlacedOrder | undefined): Promise<void> {
  await check('GET /api/orders/{id} finds the order where it was placed', async () => {
    const { request, answer } = need(placed, 'order to ask for');
    const found = expectJson(await api.get(`/api/orders/${answer.order.id}`), 200, foundOrder);
    expectOrderOf(request, found);
    expectEqual('the order', lasting(found.order), lasting(answer.order));
    expectEqual('its shard', found.shard_info, answer.shard_info);
  });
  for (const [what, id] of [
    ['an unknown id', randomUUID()],
    ['an id that is no UUID', 'not-a-uuid'],
  ] as const) {
    await check(`${what} is a 404, and so is its receipt`, async () => {
      expectRefusal(await api.get(`/api/orders/${id}`), 404);
      expectRefusal(await api.get(`/api/orders/${id}/receipt`), 404);
    });
  }
}
