import { InvalidTokenError } from '../../domain/errors.ts';

/**
 * Types of access tokens: RFC 9068 names the first, and older issuers write the second or none.
 * https://www.rfc-editor.org/rfc/rfc9068#section-2.1
 */
const ACCESS_TOKEN_TYPES = new Set(['at+jwt', 'jwt']);

/**
 * Refuses signed tokens of the issuer that give no access, such as logout tokens: they may have the same audience and a user.
 * https://openid.net/specs/openid-connect-backchannel-1_0.html#CrossJWT
 *
 * @throws InvalidTokenError
 */
export function refuseOtherKinds(header: object, claims: object): void {
  const isAccessToken = !('typ' in header) || ACCESS_TOKEN_TYPES.has(shortType(header.typ));
  // Security events, of which a logout is one: https://www.rfc-editor.org/rfc/rfc8417#section-2.2
  if (!isAccessToken || 'events' in claims) throw new InvalidTokenError('The token is not an access token.');
}

/** A media type, whose case does not matter and whose `application/` may be left out: RFC 7515, section 4.1.9. */
function shortType(type: unknown): string {
  return typeof type === 'string' ? type.toLowerCase().replace(/^application\/(?=[^/]*$)/, '') : '';
}
