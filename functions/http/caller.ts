import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod';
import { USER_ID_RULE, userId } from '../contract/http/order-fields.ts';
import { type Caller, CLOCK_SKEW_SECONDS } from '../domain/caller.ts';
import { AccessDeniedError } from '../domain/errors.ts';
import { TokenExpiredError } from './errors.ts';

/** How callers are told apart: not at all, or by the token that the authorizer has checked. */
export const authMode = z.enum(['none', 'jwt']);
export type AuthMode = z.infer<typeof authMode>;

/** What the authorizer says about the bearer of a token; API Gateway passes on text only. */
const authorizerContext = z.object({
  /** Absent when the claim is no user id. */
  userId: userId.optional(),
  /** The name of the claim. */
  userClaim: z.string().min(1),
  operator: z.enum(['true', 'false']),
  /** When the token expires, in seconds since 1970. */
  exp: z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number),
});

/**
 * Who sends the request. API Gateway keeps what the authorizer said for some minutes, so a token may have expired since.
 *
 * @throws TokenExpiredError
 * @throws AccessDeniedError when the token names nobody who could have orders
 * @throws Error when the authorizer was not asked: nobody is let through by mistake
 */
export function readCaller(event: APIGatewayProxyEvent, auth: AuthMode, now = new Date()): Caller {
  if (auth === 'none') return { kind: 'anyone' };
  const { data, error } = authorizerContext.safeParse(event.requestContext.authorizer);
  if (error !== undefined)
    throw new Error('The request came without a usable word of the authorizer.', { cause: error });
  if (data.exp + CLOCK_SKEW_SECONDS < now.getTime() / 1_000) throw new TokenExpiredError();
  if (data.userId === undefined) {
    throw new AccessDeniedError(`The claim "${data.userClaim}" of the token is no user id: a user id ${USER_ID_RULE}.`);
  }
  return { kind: 'user', userId: data.userId, operator: data.operator === 'true' };
}
