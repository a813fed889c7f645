import type { APIGatewayProxyEvent } from 'aws-lambda';
import { InvalidInputError } from '../domain/errors.ts';
import { readHeader } from '../http/input.ts';

const HEADER = 'Idempotency-Key';
const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The key under which the client may send the request again, or undefined when it sent none.
 *
 * @throws InvalidInputError
 */
export function readIdempotencyKey(event: APIGatewayProxyEvent): string | undefined {
  const key = readHeader(event, HEADER.toLowerCase());
  if (key === undefined || KEY.test(key)) return key;
  const message = 'must have 1 to 255 visible ASCII characters and no blank';
  throw new InvalidInputError(`${HEADER} ${message}.`, [{ path: HEADER, message }]);
}
