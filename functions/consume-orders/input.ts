import * as z from 'zod';
import { ORDER_CREATED, type OrderCreated } from '../domain/events.ts';
import { parseJsonExactly } from '../domain/json.ts';
import { parseMoney } from '../domain/money.ts';
import { ORDER_LIMITS } from '../domain/order.ts';

const MAXIMUM_TOTAL = BigInt(ORDER_LIMITS.quantity) * ORDER_LIMITS.maximumPrice;

// Fields that are not listed are allowed: an event may grow without breaking those who read it. The limits are those of
// an order: a confirmation repeats these fields, and one that grew too large would hold up the whole batch.
const orderCreatedValue = z
  .object({
    event_type: z.literal(ORDER_CREATED),
    order_id: z.guid(),
    user_id: z.string().regex(ORDER_LIMITS.userId),
    product_name: z.string().refine(hasNameLength, `must have 1 to ${ORDER_LIMITS.productNameCharacters} characters`),
    quantity: z.int().positive().max(ORDER_LIMITS.quantity),
    total: z.bigint({ error: 'must be a number with at most 2 decimals' }).positive().max(MAXIMUM_TOTAL),
    status: z.enum(['created', 'confirmed']),
    shard: z.int().positive(),
    timestamp: z.iso.datetime({ offset: true }),
  })
  .transform(
    (value): OrderCreated => ({
      orderId: value.order_id,
      userId: value.user_id,
      productName: value.product_name,
      quantity: value.quantity,
      total: value.total,
      status: value.status,
      shard: value.shard,
      timestamp: new Date(value.timestamp),
    }),
  );

/**
 * Reads the value of a record on the topic `orders`.
 *
 * @throws when it is not an `order.created` event; the message says why
 */
export function readOrderCreated(text: string): OrderCreated {
  // A total may need more digits than a double has, so it is read from the text.
  const parsed = parseJsonExactly(text, (key, digits, number) =>
    key === 'total' ? (parseMoney(digits) ?? number) : number,
  );
  const result = orderCreatedValue.safeParse(parsed);
  if (!result.success) throw new TypeError(`Not an ${ORDER_CREATED} event: ${z.prettifyError(result.error)}`);
  return result.data;
}

function hasNameLength(name: string): boolean {
  const characters = [...name].length;
  return characters >= 1 && characters <= ORDER_LIMITS.productNameCharacters;
}
