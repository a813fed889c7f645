import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import * as z from 'zod';
import { listQuery } from '../contract/http/requests.ts';
import type { OrderPageBody } from '../contract/http/responses.ts';
import { type ListOrdersDependencies, listChanges, listOrders } from '../domain/order-lists.ts';
import type { OrderFilter, OrderPosition } from '../domain/order-page.ts';
import { type AuthMode, readCaller } from '../http/caller.ts';
import { readQuery } from '../http/input.ts';
import { toFilter, withinReach } from '../http/list-input.ts';
import { toListBody, toPageBody } from '../http/order-body.ts';
import { jsonResponse } from '../http/response.ts';

const listInput = listQuery.transform((query, context) => {
  const { limit, cursor, since } = query;
  if (cursor === undefined || since === undefined) return { filter: toFilter(query), limit, cursor, since };
  context.addIssue({ code: 'custom', path: ['since'], message: 'cannot be combined with cursor' });
  return z.NEVER;
});

/** `GET /api/orders`: 200 with one page of the orders that the caller may see, newest first, or with what has changed. */
export function listOrdersEndpoint(auth: AuthMode, dependencies: ListOrdersDependencies) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const caller = readCaller(event, auth);
    const { filter, limit, cursor, since } = readQuery(event, listInput);
    const reach = withinReach(caller, filter);
    const body =
      since === undefined ? page(reach, limit, cursor, dependencies) : changes(reach, limit, since, dependencies);
    return jsonResponse(200, await body);
  };
}

async function page(
  reach: OrderFilter | undefined,
  limit: number,
  after: OrderPosition | undefined,
  dependencies: ListOrdersDependencies,
): Promise<OrderPageBody> {
  return toPageBody(reach && (await listOrders({ ...reach, limit, after }, dependencies)));
}

async function changes(
  reach: OrderFilter | undefined,
  limit: number,
  since: Date,
  dependencies: ListOrdersDependencies,
): Promise<OrderPageBody> {
  const changed = reach && (await listChanges({ ...reach, limit }, since, dependencies));
  return {
    ...toListBody(changed),
    as_of: (changed?.asOf ?? since).toISOString(),
    ...(changed?.truncated ? { truncated: true } : {}),
  };
}
