import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import * as z from 'zod';
import { listQuery } from '../contract/http/requests.ts';
import type { OrderPageBody } from '../contract/http/responses.ts';
import { type Caller, whoseOrders } from '../domain/caller.ts';
import type { Order } from '../domain/order.ts';
import { encodeCursor, type OrderFilter } from '../domain/order-page.ts';
import { type AuthMode, readCaller } from '../http/caller.ts';
import { readQuery } from '../http/input.ts';
import { toOrderBody } from '../http/order-body.ts';
import { jsonResponse } from '../http/response.ts';
import { type ListOrdersDependencies, listChanges, listOrders } from './list-orders.ts';

const listInput = listQuery.transform(({ user_id, q, status, limit, cursor, since }, context) => {
  if (cursor !== undefined && since !== undefined) {
    context.addIssue({ code: 'custom', path: ['since'], message: 'cannot be combined with cursor' });
    return z.NEVER;
  }
  const isId = z.guid().safeParse(q).success;
  const filter: OrderFilter = {
    userId: user_id || undefined,
    status: status || undefined,
    id: isId ? q : undefined,
    userPrefix: isId ? undefined : q || undefined,
  };
  return { filter, limit, after: cursor, since };
});

/** `GET /api/orders`: 200 with one page of the orders that the caller may see, newest first, or with what has changed. */
export function listOrdersEndpoint(auth: AuthMode, dependencies: ListOrdersDependencies) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const caller = readCaller(event, auth);
    const { filter, limit, after, since } = readQuery(event, listInput);
    const reach = withinReach(caller, filter);
    if (since !== undefined) {
      const changed = reach && (await listChanges({ ...reach, limit }, since, dependencies));
      return jsonResponse(200, {
        ...toResponse(changed ?? NO_ORDERS),
        as_of: (changed?.asOf ?? since).toISOString(),
        ...(changed?.truncated ? { truncated: true } : {}),
      });
    }
    const page = reach && (await listOrders({ ...reach, limit, after }, dependencies));
    return jsonResponse(200, {
      ...toResponse(page ?? NO_ORDERS),
      ...(page?.next === undefined ? {} : { next_cursor: encodeCursor(page.next) }),
    });
  };
}

/** Narrows a filter to what the caller may see; undefined when nothing is left. */
function withinReach(caller: Caller, filter: OrderFilter): OrderFilter | undefined {
  const userId = whoseOrders(caller, filter.userId);
  const { userPrefix, ...rest } = filter;
  if (userId === undefined || userPrefix === undefined) return { ...filter, userId };
  return userId.toLowerCase().startsWith(userPrefix.toLowerCase()) ? { ...rest, userId } : undefined;
}

const NO_ORDERS = { orders: [], unavailableShards: [] };

function toResponse(list: { orders: readonly Order[]; unavailableShards: readonly string[] }): OrderPageBody {
  const { orders, unavailableShards } = list;
  return {
    orders: orders.map(toOrderBody),
    count: orders.length,
    ...(unavailableShards.length === 0 ? {} : { partial: true, unavailable_shards: [...unavailableShards] }),
  };
}
