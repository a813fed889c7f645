import * as z from 'zod';
import { InvalidInputError } from '../domain/errors.ts';
import { decodeCursor, type OrderQuery } from '../domain/order-page.ts';
import { userId } from '../http/order-fields.ts';

const DEFAULT_LIMIT = 50;
const MAXIMUM_LIMIT = 200;
const LIMIT = `must be a whole number from 1 to ${MAXIMUM_LIMIT}`;

const limit = z
  .string()
  .regex(/^\d{1,3}$/, { error: LIMIT, abort: true })
  .transform(Number)
  .pipe(z.int().min(1, { error: LIMIT }).max(MAXIMUM_LIMIT, { error: LIMIT }))
  .default(DEFAULT_LIMIT);

const cursor = z.string().transform((value, context) => {
  try {
    return decodeCursor(value);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    for (const { message } of error.problems) context.addIssue(message);
    return z.NEVER;
  }
});

/** The query of `GET /api/orders`. Dashboards send `user_id=` for "everyone", so an empty one counts as none. */
export const listInput = z
  .object({ user_id: z.literal('').or(userId).optional(), limit, cursor: cursor.optional() })
  .transform(
    (query): OrderQuery => ({
      userId: query.user_id === '' ? undefined : query.user_id,
      limit: query.limit,
      after: query.cursor,
    }),
  );
