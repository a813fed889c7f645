import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { receiptKey } from '../domain/order.ts';
import { describeShard, shardName } from '../domain/shard-map.ts';
import { readJsonBody } from '../http/input.ts';
import { toOrderBody } from '../http/order-body.ts';
import { jsonResponse } from '../http/response.ts';
import { type CreatedOrder, type CreateOrderDependencies, createOrder } from './create-order.ts';
import { orderInput } from './input.ts';

/** `POST /api/orders`: 201 with the order, where it is stored and what has been delivered already. */
export function createOrderEndpoint(dependencies: CreateOrderDependencies) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const created = await createOrder(readJsonBody(event, orderInput), dependencies);
    return jsonResponse(201, toAnswer(created), { Location: `/api/orders/${created.order.id}` });
  };
}

function toAnswer({ order, shard, delivered }: CreatedOrder) {
  return {
    order: toOrderBody(order),
    shard: shardName(shard),
    shard_info: describeShard(shard),
    receipt: receiptKey(order),
    delivery: {
      receipt: delivered.receipt ? 'stored' : 'pending',
      event: delivered.event ? 'published' : 'pending',
    },
  };
}
