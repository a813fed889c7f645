import * as z from 'zod';
import { InvalidInputError } from '../../domain/errors.ts';
import { ORDER_STATUSES } from '../../domain/order.ts';
import { decodeCursor } from '../../domain/order-page.ts';
import { orderId, price, productName, quantity, userId } from './order-fields.ts';

const DEFAULT_LIMIT = 50;
const MAXIMUM_LIMIT = 200;
const LIMIT = `must be a whole number from 1 to ${MAXIMUM_LIMIT}`;
const SEARCH = 'must be an order id or the beginning of a user id';
const STATUS = `must be ${ORDER_STATUSES.join(' or ')}`;
const SINCE = 'must be the as_of of an earlier response';
const IDEMPOTENCY_KEY = 'must have 1 to 255 visible ASCII characters and no spaces';

export const newOrderBody = z
  .strictObject(
    { user_id: userId, product_name: productName, quantity, price },
    { error: (issue) => (issue.code === 'invalid_type' ? 'must be a JSON object' : undefined) },
  )
  .meta({ id: 'NewOrder' });

export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/, { error: IDEMPOTENCY_KEY });

const limit = z
  .string()
  .regex(/^\d{1,3}$/, { error: LIMIT, abort: true })
  .transform(Number)
  .pipe(z.int().min(1, { error: LIMIT }).max(MAXIMUM_LIMIT, { error: LIMIT }))
  .default(DEFAULT_LIMIT);

const cursor = z
  .string()
  .meta({ description: 'The next_cursor of an earlier response.' })
  .transform((value, context) => {
    try {
      return decodeCursor(value);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      for (const { message } of error.problems) context.addIssue(message);
      return z.NEVER;
    }
  });

const search = z
  .union([z.literal(''), orderId, userId], { error: SEARCH })
  .meta({ description: 'An order id, or the beginning of a user id in any case: of at most 20 users.' });

const since = z
  .string()
  .meta({ format: 'date-time', description: 'The as_of of an earlier response.' })
  .pipe(z.iso.datetime({ error: SINCE }))
  .transform((time) => new Date(time));

/** Dashboards send `user_id=` for everyone, so what is empty counts as none. */
export const listQuery = z.object({
  user_id: z.literal('').or(userId).optional(),
  q: search.optional(),
  status: z.enum(['', ...ORDER_STATUSES], { error: STATUS }).optional(),
  limit,
  cursor: cursor.optional(),
  since: since.optional(),
});

/** Like the list's. */
export const statsQuery = listQuery.pick({ user_id: true });

/** Like the list's, for the first page. */
export const overviewQuery = listQuery
  .omit({ cursor: true, since: true })
  .extend({ version: z.string().max(64).optional().meta({ description: 'The version of an earlier response.' }) });

export const orderPath = z.object({ id: orderId });
