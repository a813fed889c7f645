import { formatDollars } from './money.ts';
import { type Order, orderTotal } from './order.ts';
import { productLine } from './product-name.ts';
import { describeShard, type ShardRange } from './shard-map.ts';

/** Plain text, one fact per line, with a final line break. */
export function receiptText(order: Order, shard: ShardRange): string {
  return `OrderFlow receipt

Order ID:   ${order.id}
User:       ${order.userId}
Shard:      ${describeShard(shard)}
Product:    ${productLine(order.productName)}
Quantity:   ${order.quantity}
Unit price: ${formatDollars(order.price)}
Total:      ${formatDollars(orderTotal(order))}
Status:     ${order.status}
Created at: ${order.createdAt.toISOString()}
`;
}
