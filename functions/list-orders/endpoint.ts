import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { listQuery } from '../contract/http/requests.ts';
import type { OrderPageBody } from '../contract/http/responses.ts';
import { whoseOrders } from '../domain/caller.ts';
import { encodeCursor, type OrderQuery } from '../domain/order-page.ts';
import { type AuthMode, readCaller } from '../http/caller.ts';
import { readQuery } from '../http/input.ts';
import { toOrderBody } from '../http/order-body.ts';
import { jsonResponse } from '../http/response.ts';
import { type ListOrdersDependencies, listOrders, type OrderPage } from './list-orders.ts';

const listInput = listQuery.transform(
  (query): OrderQuery => ({
    userId: query.user_id === '' ? undefined : query.user_id,
    limit: query.limit,
    after: query.cursor,
  }),
);

/** `GET /api/orders`: 200 with one page of the orders that the caller may see, newest first. */
export function listOrdersEndpoint(auth: AuthMode, dependencies: ListOrdersDependencies) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const caller = readCaller(event, auth);
    const query = readQuery(event, listInput);
    const page = await listOrders({ ...query, userId: whoseOrders(caller, query.userId) }, dependencies);
    return jsonResponse(200, toResponse(page));
  };
}

function toResponse({ orders, next, unavailableShards }: OrderPage): OrderPageBody {
  return {
    orders: orders.map(toOrderBody),
    count: orders.length,
    ...(next === undefined ? {} : { next_cursor: encodeCursor(next) }),
    ...(unavailableShards.length === 0 ? {} : { partial: true, unavailable_shards: [...unavailableShards] }),
  };
}
