import { v7 as uuidv7 } from 'uuid';
import { ORDER_CONFIRMED } from '../../functions/contract/events/order-confirmed.ts';
import { ORDER_CREATED } from '../../functions/contract/events/order-created.ts';
import { TOPICS } from '../../functions/contract/topics.ts';
import { confirm, orderCreated } from '../../functions/domain/events.ts';
import type { Order } from '../../functions/domain/order.ts';
import { DEFAULT_SHARD_MAP, shardFor } from '../../functions/domain/shard-map.ts';

/** What a ready event contains unless it is said. Records are about an order that does not exist. @param event its name */
export function exampleOf(event: string): string {
  const created = orderCreated(exampleOrder(), shardFor(DEFAULT_SHARD_MAP, 'alice'));
  switch (event) {
    case 'POST /api/orders':
      return JSON.stringify({ user_id: 'alice', product_name: 'Mechanical Keyboard', quantity: 2, price: 149.99 });
    case 'authorizer':
      return 'Bearer a.b.c';
    case TOPICS.orders:
      return ORDER_CREATED.encode(created);
    case TOPICS.orderConfirmations:
      return ORDER_CONFIRMED.encode(confirm(created, new Date()));
    default:
      return '';
  }
}

function exampleOrder(): Order {
  const now = new Date();
  const product = { productName: 'Mechanical Keyboard', quantity: 2, price: 14_999n };
  return { id: uuidv7(), userId: 'alice', ...product, status: 'created', createdAt: now, updatedAt: now };
}
