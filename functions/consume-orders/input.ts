import * as z from 'zod';
import { ORDER_CREATED, type OrderCreated } from '../domain/events.ts';
import { parseJsonExactly } from '../domain/json.ts';
import { parseMoney } from '../domain/money.ts';

// Fields that are not listed are allowed: an event may grow without breaking those who read it.
const orderCreatedValue = z
  .object({
    event_type: z.literal(ORDER_CREATED),
    order_id: z.guid(),
    user_id: z.string().min(1),
    product_name: z.string().min(1),
    quantity: z.int().positive(),
    total: z.bigint({ error: 'must be a number with at most 2 decimals' }),
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
 * @param value base64, as the event source mapping delivers it; a record without a value has none
 * @throws when it is not an `order.created` event; the message says why
 */
export function readOrderCreated(value: string | null | undefined): OrderCreated {
  const json = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value ?? '', 'base64'));
  // A total may need more digits than a double has, so it is read from the text.
  const parsed = parseJsonExactly(json, (key, digits, number) =>
    key === 'total' ? (parseMoney(digits) ?? number) : number,
  );
  const result = orderCreatedValue.safeParse(parsed);
  if (!result.success) throw new TypeError(`Not an ${ORDER_CREATED} event: ${z.prettifyError(result.error)}`);
  return result.data;
}
