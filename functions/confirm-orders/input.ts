import * as z from 'zod';
import { ORDER_CONFIRMED, type OrderConfirmed } from '../domain/confirmation.ts';
import { parseJson } from '../domain/json.ts';

// Fields that are not listed are allowed: an event may grow without breaking those who read it.
const orderConfirmedValue = z
  .object({
    event_type: z.literal(ORDER_CONFIRMED),
    order_id: z.guid(),
    user_id: z.string().min(1),
    shard: z.int().positive(),
    message: z.string(),
    timestamp: z.iso.datetime({ offset: true }),
  })
  .transform(
    (value): OrderConfirmed => ({
      orderId: value.order_id,
      userId: value.user_id,
      shard: value.shard,
      message: value.message,
      timestamp: new Date(value.timestamp),
    }),
  );

/**
 * Reads the value of a record on the topic `order-confirmations`.
 *
 * @throws when it is not an `order.confirmed` event; the message says why
 */
export function readOrderConfirmed(text: string): OrderConfirmed {
  const result = orderConfirmedValue.safeParse(parseJson(text));
  if (!result.success) throw new TypeError(`Not an ${ORDER_CONFIRMED} event: ${z.prettifyError(result.error)}`);
  return result.data;
}
