import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { CreatedOrderBody } from '../contract/http/responses.ts';
import { mayCreateFor } from '../domain/caller.ts';
import { AccessDeniedError } from '../domain/errors.ts';
import { type AuthMode, readCaller } from '../http/caller.ts';
import { readJsonBody } from '../http/input.ts';
import { locatedOrder, toDeliveryBody } from '../http/order-body.ts';
import { jsonResponse } from '../http/response.ts';
import { type CreatedOrder, type CreateOrderDependencies, createOrder } from './create-order.ts';
import { orderInput, readIdempotencyKey } from './input.ts';

/** `POST /api/orders`: 201 with the order, its place and its delivery. A replay gets the same, with the delivery by then. */
export function createOrderEndpoint(auth: AuthMode, dependencies: CreateOrderDependencies) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const caller = readCaller(event, auth);
    const request = readJsonBody(event, orderInput);
    if (!mayCreateFor(caller, request.userId)) {
      throw new AccessDeniedError(
        'user_id must match the user id in the token: you can place orders only for yourself.',
      );
    }
    const created = await createOrder(request, readIdempotencyKey(event), dependencies);
    return jsonResponse(201, toResponse(created), {
      Location: `/api/orders/${created.order.id}`,
      ...(created.replayed ? { 'Idempotent-Replayed': 'true' } : {}),
    });
  };
}

function toResponse({ order, shard, delivered }: CreatedOrder): CreatedOrderBody {
  return { ...locatedOrder(order, shard), delivery: toDeliveryBody(delivered) };
}
