import * as z from 'zod/mini';
import type { OrderCreated } from '../../domain/events.ts';
import { ORDER_LIMITS } from '../../domain/order.ts';
import { eventContract, shardNumber, timestamp } from './event-contract.ts';

const TYPE = 'order.created' as const;
const MAXIMUM_TOTAL = BigInt(ORDER_LIMITS.quantity) * ORDER_LIMITS.maximumPrice;

// Unknown fields are allowed, so that the event can grow. The limits are those of an order: a confirmation repeats these
// fields, and one that is too large for Kafka would hold up its whole batch.
const value = z.object({
  event_type: z.literal(TYPE),
  order_id: z.guid(),
  user_id: z.string().check(z.regex(ORDER_LIMITS.userId)),
  product_name: z
    .string()
    .check(z.refine(hasNameLength, `must have 1 to ${ORDER_LIMITS.productNameCharacters} characters`)),
  quantity: z.int().check(z.positive(), z.maximum(ORDER_LIMITS.quantity)),
  total: z.bigint({ error: 'must be a number with at most 2 decimals' }).check(z.gt(0n), z.maximum(MAXIMUM_TOTAL)),
  status: z.enum(['created', 'confirmed']),
  shard: shardNumber,
  timestamp,
});

/** `order.created`, on the topic `orders`. */
export const ORDER_CREATED = eventContract(
  TYPE,
  '/orderflow/orders',
  z.codec(value, z.custom<OrderCreated>(), {
    decode: ({ event_type, order_id, user_id, product_name, ...same }) => ({
      orderId: order_id,
      userId: user_id,
      productName: product_name,
      ...same,
    }),
    encode: ({ orderId, userId, productName, ...same }) => ({
      event_type: TYPE,
      order_id: orderId,
      user_id: userId,
      product_name: productName,
      ...same,
    }),
  }),
);

function hasNameLength(name: string): boolean {
  const characters = [...name].length;
  return characters >= 1 && characters <= ORDER_LIMITS.productNameCharacters;
}
