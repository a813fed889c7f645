import { confirmationText } from '../domain/confirmation.ts';
import type { OrderCreated } from '../domain/events.ts';
import type { Log } from '../domain/ports.ts';

/** Processes one stored order: confirms it to the customer. Doing so again is harmless. */
export function confirmOrder(order: OrderCreated, log: Log): void {
  log.info(confirmationText(order), { orderId: order.orderId, shard: `shard${order.shard}` });
}
