import * as z from 'zod';
import { ORDER_LIMITS } from '../domain/order.ts';

const USER_ID = 'must start with a letter A-Z and go on with at most 99 letters, digits, ".", "_" or "-"';

/** A user id, wherever a request carries one. */
export const userId = z.string({ error: USER_ID }).regex(ORDER_LIMITS.userId, { error: USER_ID });
