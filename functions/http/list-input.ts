import type * as z from 'zod';
import { orderId } from '../contract/http/order-fields.ts';
import type { listQuery } from '../contract/http/requests.ts';
import { type Caller, whoseOrders } from '../domain/caller.ts';
import type { OrderFilter } from '../domain/order-page.ts';

/** What of a list's query narrows the list. */
type FilterQuery = Pick<z.output<typeof listQuery>, 'user_id' | 'q' | 'status'>;

/** The filter that a query asks for. */
export function toFilter({ user_id, q, status }: FilterQuery): OrderFilter {
  const isId = orderId.safeParse(q).success;
  return {
    userId: user_id || undefined,
    status: status || undefined,
    id: isId ? q : undefined,
    userPrefix: isId ? undefined : q || undefined,
  };
}

/** Narrows a filter to what the caller may see; undefined when nothing is left. @throws AccessDeniedError */
export function withinReach(caller: Caller, filter: OrderFilter): OrderFilter | undefined {
  const userId = whoseOrders(caller, filter.userId);
  const { userPrefix, ...rest } = filter;
  if (userId === undefined || userPrefix === undefined) return { ...filter, userId };
  return userId.toLowerCase().startsWith(userPrefix.toLowerCase()) ? { ...rest, userId } : undefined;
}
