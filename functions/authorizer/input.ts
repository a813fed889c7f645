import type { APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import * as z from 'zod';
import { InvalidTokenError } from '../domain/errors.ts';

/** A little less than the limit for all headers together. */
const MAXIMUM_CHARACTERS = 8 * 1024;
/** https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const BEARER = /^ *bearer +([a-z0-9\-._~+/]+=*) *$/i;

const bearerToken = z
  .string()
  .max(MAXIMUM_CHARACTERS, { abort: true })
  .transform((header, context) => {
    const [, token] = BEARER.exec(header) ?? [];
    if (token !== undefined) return token;
    context.addIssue('is not a bearer token');
    return z.NEVER;
  });

/** The token in the header `Authorization`. @throws InvalidTokenError */
export function readBearerToken(event: APIGatewayTokenAuthorizerEvent): string {
  const { success, data } = bearerToken.safeParse(event.authorizationToken);
  if (!success) throw new InvalidTokenError('The Authorization header contains no bearer token.');
  return data;
}
