import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { receiptKey } from '../domain/order.ts';
import { describeShard, shardName } from '../domain/shard-map.ts';
import { readJsonBody } from '../http/input.ts';
import { toOrderBody } from '../http/order-body.ts';
import { jsonResponse } from '../http/response.ts';
import { type CreatedOrder, type CreateOrderDependencies, createOrder } from './create-order.ts';
import { readIdempotencyKey } from './idempotency-key.ts';
import { orderInput } from './input.ts';

/**
 * `POST /api/orders`: 201 with the order, where it is stored and what has been delivered already. The same request again,
 * with the same `Idempotency-Key`, gets the same answer but for what has been delivered by then.
 */
export function createOrderEndpoint(dependencies: CreateOrderDependencies) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const request = readJsonBody(event, orderInput);
    const created = await createOrder(request, readIdempotencyKey(event), dependencies);
    return jsonResponse(201, toAnswer(created), {
      Location: `/api/orders/${created.order.id}`,
      ...(created.replayed ? { 'Idempotent-Replayed': 'true' } : {}),
    });
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
