import { InvalidTokenError } from '../domain/errors.ts';
import { ORDER_LIMITS } from '../domain/order.ts';
import type { Claims, TokenVerifier } from '../domain/ports.ts';

export interface AuthorizeDependencies {
  readonly tokens: TokenVerifier;
  /** The claim that holds the user id. */
  readonly userClaim: string;
  /** The claim that makes an operator; nobody is one when there is none. */
  readonly operatorClaim?: { readonly name: string; readonly value: string } | undefined;
}

/** Who a token says its bearer is. */
export interface Bearer {
  /** The issuer's own name for them, for the records. */
  readonly subject: string;
  /** Undefined when the claim is absent, or no user id of this system. */
  readonly userId: string | undefined;
  readonly operator: boolean;
  /** In whole seconds since 1970. */
  readonly expiresAt: number;
}

/**
 * Finds out who bears a token.
 *
 * @throws InvalidTokenError, IssuerUnavailableError
 */
export async function authorize(token: string, dependencies: AuthorizeDependencies): Promise<Bearer> {
  const { tokens, userClaim, operatorClaim } = dependencies;
  const claims = await tokens.verify(token);
  // Names of claims are taken as they are written: `custom:user_id` and `https://example.com/user` lead nowhere else.
  const userId = claims[userClaim];
  return {
    subject: typeof claims.sub === 'string' ? claims.sub : 'unknown',
    userId: typeof userId === 'string' && ORDER_LIMITS.userId.test(userId) ? userId : undefined,
    operator: operatorClaim !== undefined && holds(claims[operatorClaim.name], operatorClaim.value),
    expiresAt: expiry(claims),
  };
}

/** Issuers write several values as a list or as one text with blanks, and a flag as true. */
function holds(claimed: unknown, value: string): boolean {
  if (Array.isArray(claimed)) return claimed.includes(value);
  if (typeof claimed === 'string') return claimed === value || claimed.split(' ').includes(value);
  return claimed === true && value === 'true';
}

function expiry(claims: Claims): number {
  const seconds = Math.floor(Number(claims.exp));
  // Whoever reads it again expects at most twelve digits, good for 30,000 years.
  if (seconds > 0 && seconds < 1e12) return seconds;
  throw new InvalidTokenError('The token does not say when it expires.');
}
