import type { APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import * as z from 'zod';
import { InvalidTokenError } from '../domain/errors.ts';

/** Somewhat less than all headers of a request may have together. */
const MAXIMUM_CHARACTERS = 8 * 1024;
/** `Bearer` in any case, and what RFC 6750 lets follow. */
const BEARER = /^ *bearer +([a-z0-9\-._~+/]+=*) *$/i;

const bearerToken = z
  .string()
  .max(MAXIMUM_CHARACTERS, { abort: true })
  .transform((header, context) => {
    const [, token] = BEARER.exec(header) ?? [];
    if (token !== undefined) return token;
    context.addIssue('is no bearer token');
    return z.NEVER;
  });

/**
 * The token that the header `Authorization` carries.
 *
 * @throws InvalidTokenError when it carries none, or something that is too long for one
 */
export function readBearerToken(event: APIGatewayTokenAuthorizerEvent): string {
  const { success, data } = bearerToken.safeParse(event.authorizationToken);
  if (!success) throw new InvalidTokenError('The header Authorization holds no bearer token.');
  return data;
}
