import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { type FindOrderDependencies, findOrder } from '../domain/find-order.ts';
import { type AuthMode, readCaller } from '../http/caller.ts';
import { readOrderId } from '../http/input.ts';
import { locatedOrder } from '../http/order-body.ts';
import { jsonResponse } from '../http/response.ts';

/** `GET /api/orders/{id}`: 200 with the order and where it is kept. */
export function getOrderEndpoint(auth: AuthMode, dependencies: FindOrderDependencies) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const caller = readCaller(event, auth);
    const { order, shard } = await findOrder(readOrderId(event), caller, dependencies);
    return jsonResponse(200, locatedOrder(order, shard));
  };
}
