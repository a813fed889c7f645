import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { FoundOrderBody } from '../contract/http/responses.ts';
import { type FindOrderDependencies, findOrder, type LocatedOrder } from '../domain/find-order.ts';
import { type AuthMode, readCaller } from '../http/caller.ts';
import { readOrderId } from '../http/input.ts';
import { locatedOrder, toDeliveryBody } from '../http/order-body.ts';
import { jsonResponse } from '../http/response.ts';

/** `GET /api/orders/{id}`: 200 with the order, where it is kept and how far it has come. */
export function getOrderEndpoint(auth: AuthMode, dependencies: FindOrderDependencies) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const caller = readCaller(event, auth);
    return jsonResponse(200, toResponse(await findOrder(readOrderId(event), caller, dependencies)));
  };
}

function toResponse({ order, shard, delivered, way }: LocatedOrder): FoundOrderBody {
  return {
    ...locatedOrder(order, shard),
    delivery: toDeliveryBody(delivered),
    way: {
      stored_at: order.createdAt.toISOString(),
      receipt_stored_at: way.receiptStoredAt?.toISOString() ?? null,
      event_published_at: way.eventPublishedAt?.toISOString() ?? null,
      // Nothing else changes an order.
      confirmed_at: order.status === 'confirmed' ? order.updatedAt.toISOString() : null,
    },
    ...(way.position === undefined ? {} : { event: way.position }),
  };
}
