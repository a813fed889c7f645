import { InvalidTokenError } from '../domain/errors.ts';
import { type Identity, type IdentityRules, identityOf } from '../domain/identity.ts';
import type { Claims, TokenVerifier } from '../domain/ports.ts';

export interface AuthorizeDependencies extends IdentityRules {
  readonly tokens: TokenVerifier;
}

export interface Bearer extends Identity {
  /** The issuer's name for them. */
  readonly subject: string;
  /** In seconds since 1970. */
  readonly expiresAt: number;
}

/** Verifies a token and reads who bears it. @throws InvalidTokenError, IssuerUnavailableError */
export async function authorize(token: string, dependencies: AuthorizeDependencies): Promise<Bearer> {
  const claims = await dependencies.tokens.verify(token);
  return {
    ...identityOf(claims, dependencies),
    subject: typeof claims.sub === 'string' ? claims.sub : 'unknown',
    expiresAt: expiry(claims),
  };
}

function expiry(claims: Claims): number {
  const seconds = Math.floor(Number(claims.exp));
  // The reader expects at most twelve digits, enough for 30,000 years.
  if (seconds > 0 && seconds < 1e12) return seconds;
  throw new InvalidTokenError('The token does not say when it expires.');
}
