import * as z from 'zod/mini';
import type { OrderConfirmed } from '../../domain/events.ts';
import { eventContract, shardNumber, timestamp } from './event-contract.ts';

const TYPE = 'order.confirmed' as const;

// Unknown fields are allowed, so that the event can grow.
const value = z.object({
  event_type: z.literal(TYPE),
  order_id: z.guid(),
  user_id: z.string().check(z.minLength(1)),
  shard: shardNumber,
  message: z.string(),
  timestamp,
});

/** `order.confirmed`, on the topic `order-confirmations`. */
export const ORDER_CONFIRMED = eventContract(
  TYPE,
  '/orderflow/confirmations',
  z.codec(value, z.custom<OrderConfirmed>(), {
    decode: ({ event_type, order_id, user_id, ...same }) => ({ orderId: order_id, userId: user_id, ...same }),
    encode: ({ orderId, userId, ...same }) => ({ event_type: TYPE, order_id: orderId, user_id: userId, ...same }),
  }),
);
