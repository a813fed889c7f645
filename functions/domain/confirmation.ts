import type { OrderCreated } from './events.ts';
import { formatMoney } from './money.ts';

/** What the customer is told once the order has been processed. */
export function confirmationText(order: OrderCreated): string {
  const items = `${order.quantity} x ${order.productName} (Total: $${formatMoney(order.total)})`;
  return `Dear ${order.userId}, your order for ${items} has been confirmed! Order ID: ${order.orderId}`;
}
