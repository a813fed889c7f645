import type { Principal } from '../../aws-api/api-call.ts';
import { type PolicyEvaluator, type PrincipalStore, refusalText, verifyMskToken } from '../iam/service.ts';
import { CONNECT } from './kafka-actions.ts';
import { FrameError } from './kafka-bytes.ts';

export const MECHANISM = 'OAUTHBEARER' as const;

const SEPARATOR = '\u0001';
const LIFETIME_SECONDS = 3_600;

/** The token in a client's first message, `n,,^Aauth=Bearer <token>^A^A` (RFC 7628, section 3.1). @throws FrameError */
export function readBearerToken(message: Buffer): string {
  const fields = message.toString('utf8').split(SEPARATOR);
  const authorization = fields.find((field) => field.startsWith('auth=Bearer '));
  if (authorization === undefined) throw new FrameError('the sign-in message has no bearer token');
  return authorization.slice('auth=Bearer '.length);
}

/** An unsigned token for the broker's internal listener, whose `userClaim` names the Kafka user. */
export function unsecuredToken(userClaim: string, user: string, now = Date.now()): string {
  const issuedAt = Math.floor(now / 1000);
  const claims = { [userClaim]: user, iat: issuedAt, exp: issuedAt + LIFETIME_SECONDS };
  // An unsecured JWS ends with its second dot (RFC 7515, appendix A.5).
  return `${encode({ alg: 'none' })}.${encode(claims)}.`;
}

/** A client's first message for that listener. */
export function unsecuredMessage(...of: Parameters<typeof unsecuredToken>): Buffer {
  return Buffer.from(`n,,${SEPARATOR}auth=Bearer ${unsecuredToken(...of)}${SEPARATOR}${SEPARATOR}`);
}

export interface TokenAuthentication {
  readonly principals: PrincipalStore;
  readonly evaluator: Pick<PolicyEvaluator, 'evaluate'>;
  readonly clusterArn: string;
}

/**
 * Makes the check of MSK at sign-in: whose token it is, and whether that principal may connect to the cluster.
 * https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html
 *
 * @returns a function from the token to the principal, which throws an Error that says why it is refused
 */
export function createTokenAuthenticator(options: TokenAuthentication): (token: string) => Principal {
  return (token) => {
    const principal = verifyMskToken(token, options.principals);
    requireConnect(principal, options);
    return principal;
  };
}

/** Throws an Error that says why a principal may not connect to the cluster, if that is so. */
export function requireConnect(
  principal: Principal,
  { evaluator, clusterArn }: Pick<TokenAuthentication, 'evaluator' | 'clusterArn'>,
): void {
  const request = { principal, action: CONNECT, resource: clusterArn };
  const decision = evaluator.evaluate(request);
  if (!decision.allowed) throw new Error(refusalText(request, decision));
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
