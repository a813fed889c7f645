import { listQuery } from '../contract/http/requests.ts';
import type { OrderQuery } from '../domain/order-page.ts';

/** The query of `GET /api/orders`, in the words of the domain. */
export const listInput = listQuery.transform(
  (query): OrderQuery => ({
    userId: query.user_id === '' ? undefined : query.user_id,
    limit: query.limit,
    after: query.cursor,
  }),
);
