import type { APIGatewayProxyEvent } from 'aws-lambda';
import { idempotencyKey, newOrderBody } from '../contract/http/requests.ts';
import { InvalidInputError } from '../domain/errors.ts';
import type { OrderRequest } from '../domain/order.ts';
import { readHeader } from '../http/input.ts';

export const orderInput = newOrderBody.transform(
  (body): OrderRequest => ({
    userId: body.user_id,
    productName: body.product_name,
    quantity: body.quantity,
    price: body.price,
  }),
);

const HEADER = 'Idempotency-Key';

/** The key under which the client may repeat the request, or undefined. @throws InvalidInputError */
export function readIdempotencyKey(event: APIGatewayProxyEvent): string | undefined {
  const { data, error } = idempotencyKey.optional().safeParse(readHeader(event, HEADER.toLowerCase()));
  if (error === undefined) return data;
  const problems = error.issues.map(({ message }) => ({ path: HEADER, message }));
  throw new InvalidInputError(`${HEADER} ${problems.map(({ message }) => message).join('; ')}.`, problems);
}
