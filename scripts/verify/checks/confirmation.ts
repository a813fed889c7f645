import { setTimeout as delay } from 'node:timers/promises';
import { foundOrder } from '../contract.ts';
import { expectJson, expectThat } from '../expectations.ts';
import { need, type PlacedOrder, type Suite } from '../suite.ts';

const PAUSE_MS = 500;

/** The way of an order through Kafka, the consumer and back into its shard. */
export async function checkConfirmation(suite: Suite, placed: PlacedOrder | undefined): Promise<void> {
  const { api, settings, check } = suite;
  const seconds = settings.patienceMs / 1_000;
  await check(`the order is confirmed within ${seconds} s`, async () => {
    const { id } = need(placed, 'order to wait for').answer.order;
    const deadline = performance.now() + settings.patienceMs;
    for (;;) {
      const { order } = expectJson(await api.get(`/api/orders/${id}`), 200, foundOrder);
      if (order.status === 'confirmed') {
        const later = Date.parse(order.updated_at) >= Date.parse(order.created_at);
        expectThat(later, 'updated_at after created_at', () => `${order.updated_at}, ${order.created_at}`);
        return;
      }
      expectThat(
        performance.now() < deadline,
        `confirmed within ${seconds} s`,
        () => `order ${id} still ${order.status}`,
      );
      await delay(PAUSE_MS);
    }
  });
}
