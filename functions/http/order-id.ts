import type { APIGatewayProxyEvent } from 'aws-lambda';
import { orderPath } from '../contract/http/requests.ts';
import { OrderNotFoundError } from '../domain/errors.ts';

/**
 * The id of the order that the path names.
 *
 * @throws OrderNotFoundError when it is no id at all: there is no such order either
 */
export function readOrderId(event: APIGatewayProxyEvent): string {
  const { success, data } = orderPath.safeParse(event.pathParameters);
  if (!success) throw new OrderNotFoundError();
  return data.id;
}
