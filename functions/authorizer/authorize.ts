import { InvalidTokenError } from '../domain/errors.ts';
import { ORDER_LIMITS } from '../domain/order.ts';
import type { Claims, TokenVerifier } from '../domain/ports.ts';

export interface AuthorizeDependencies {
  readonly tokens: TokenVerifier;
  readonly userClaim: string;
  /** Undefined when nobody is an operator. */
  readonly operatorClaim?: { readonly name: string; readonly value: string } | undefined;
}

export interface Bearer {
  /** The issuer's name for them. */
  readonly subject: string;
  /** Undefined without a valid user id in the claim. */
  readonly userId: string | undefined;
  readonly operator: boolean;
  /** In seconds since 1970. */
  readonly expiresAt: number;
}

/** Verifies a token and reads who bears it. @throws InvalidTokenError, IssuerUnavailableError */
export async function authorize(token: string, dependencies: AuthorizeDependencies): Promise<Bearer> {
  const { tokens, userClaim, operatorClaim } = dependencies;
  const claims = await tokens.verify(token);
  // Claim names are literal: `custom:user_id` and `https://example.com/user` are not paths.
  const userId = claims[userClaim];
  return {
    subject: typeof claims.sub === 'string' ? claims.sub : 'unknown',
    userId: typeof userId === 'string' && ORDER_LIMITS.userId.test(userId) ? userId : undefined,
    operator: operatorClaim !== undefined && holds(claims[operatorClaim.name], operatorClaim.value),
    expiresAt: expiry(claims),
  };
}

/** Issuers write several values as a list or as text with blanks, and a flag as true. */
function holds(claimed: unknown, value: string): boolean {
  if (Array.isArray(claimed)) return claimed.includes(value);
  if (typeof claimed === 'string') return claimed === value || claimed.split(' ').includes(value);
  return claimed === true && value === 'true';
}

function expiry(claims: Claims): number {
  const seconds = Math.floor(Number(claims.exp));
  // The reader expects at most twelve digits, enough for 30,000 years.
  if (seconds > 0 && seconds < 1e12) return seconds;
  throw new InvalidTokenError('The token does not say when it expires.');
}
