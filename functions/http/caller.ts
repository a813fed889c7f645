import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod';
import { USER_ID_RULE, userId } from '../contract/http/order-fields.ts';
import { type Caller, CLOCK_SKEW_SECONDS } from '../domain/caller.ts';
import { AccessDeniedError } from '../domain/errors.ts';
import { TokenExpiredError } from './errors.ts';

export const authMode = z.enum(['none', 'jwt']);
export type AuthMode = z.infer<typeof authMode>;

/** API Gateway passes on text only. */
const authorizerContext = z.object({
  /** Absent when the claim is not a user id. */
  userId: userId.optional(),
  userClaim: z.string().min(1),
  operator: z.enum(['true', 'false']),
  /** In seconds since 1970. */
  exp: z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number),
});

/**
 * API Gateway caches the authorizer's response for some minutes, so a token may have expired since.
 *
 * @throws TokenExpiredError; AccessDeniedError without a user id; Error when the authorizer was not asked
 */
export function readCaller(event: APIGatewayProxyEvent, auth: AuthMode, now = new Date()): Caller {
  if (auth === 'none') return { kind: 'anyone' };
  const { data, error } = authorizerContext.safeParse(event.requestContext.authorizer);
  if (error !== undefined) throw new Error('The request has no valid authorizer context.', { cause: error });
  if (data.exp + CLOCK_SKEW_SECONDS < now.getTime() / 1_000) throw new TokenExpiredError();
  if (data.userId === undefined) {
    throw new AccessDeniedError(
      `The claim "${data.userClaim}" of the token is not a user id: a user id ${USER_ID_RULE}.`,
    );
  }
  return { kind: 'user', userId: data.userId, operator: data.operator === 'true' };
}
