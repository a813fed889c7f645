import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { encodeCursor } from '../domain/order-page.ts';
import { readQuery } from '../http/input.ts';
import { toOrderBody } from '../http/order-body.ts';
import { jsonResponse } from '../http/response.ts';
import { listInput } from './input.ts';
import { type ListOrdersDependencies, listOrders, type OrderPage } from './list-orders.ts';

/** `GET /api/orders`: 200 with one page of orders, newest first. */
export function listOrdersEndpoint(dependencies: ListOrdersDependencies) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const page = await listOrders(readQuery(event, listInput), dependencies);
    return jsonResponse(200, toAnswer(page));
  };
}

function toAnswer({ orders, next, unavailableShards }: OrderPage) {
  return {
    orders: orders.map(toOrderBody),
    count: orders.length,
    ...(next === undefined ? {} : { next_cursor: encodeCursor(next) }),
    ...(unavailableShards.length === 0 ? {} : { partial: true, unavailable_shards: unavailableShards }),
  };
}
