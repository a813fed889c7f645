import { FrameError } from './frames.ts';

export const MECHANISM = 'OAUTHBEARER';

const SEPARATOR = '\u0001';
const LIFETIME_SECONDS = 3_600;

/**
 * The token in a client's first message, which is `n,,^Aauth=Bearer <token>^A^A` (RFC 7628, section 3.1).
 *
 * @throws FrameError
 */
export function readBearerToken(message: Buffer): string {
  const fields = message.toString('utf8').split(SEPARATOR);
  const authorization = fields.find((field) => field.startsWith('auth=Bearer '));
  if (authorization === undefined) throw new FrameError('the sign-in message holds no bearer token');
  return authorization.slice('auth=Bearer '.length);
}

/** A client's first message for the broker's internal listener: a token without a signature that names the principal. */
export function unsecuredMessage(principalName: string, now = Date.now()): Buffer {
  const issuedAt = Math.floor(now / 1000);
  const claims = { sub: principalName, iat: issuedAt, exp: issuedAt + LIFETIME_SECONDS };
  // RFC 7515, appendix A.5: an unsecured JWS ends with its second point.
  const token = `${encode({ alg: 'none' })}.${encode(claims)}.`;
  return Buffer.from(`n,,${SEPARATOR}auth=Bearer ${token}${SEPARATOR}${SEPARATOR}`);
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
