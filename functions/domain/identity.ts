import { ORDER_LIMITS } from './order.ts';

/** Which claim of a token makes its bearer an operator. */
export interface OperatorClaim {
  readonly name: string;
  readonly value: string;
}

/** Which claims of a token say who bears it. Names are literal: `custom:user_id` and `https://example.com/user` are not paths. */
export interface IdentityRules {
  readonly userClaim: string;
  /** Undefined when nobody is an operator. */
  readonly operatorClaim?: OperatorClaim | undefined;
}

/** Who bears a token, as far as this system is concerned. */
export interface Identity {
  /** Undefined without a valid user id in the claim. */
  readonly userId: string | undefined;
  readonly operator: boolean;
}

/** @param rule `name=value`; the name ends at the first equals sign */
export function parseOperatorClaim(rule: string): OperatorClaim {
  const end = rule.indexOf('=');
  return { name: rule.slice(0, end), value: rule.slice(end + 1) };
}

/** Reads from the claims of a token who bears it. */
export function identityOf(
  claims: Readonly<Record<string, unknown>>,
  { userClaim, operatorClaim }: IdentityRules,
): Identity {
  const userId = claims[userClaim];
  return {
    userId: typeof userId === 'string' && ORDER_LIMITS.userId.test(userId) ? userId : undefined,
    operator: operatorClaim !== undefined && holds(claims[operatorClaim.name], operatorClaim.value),
  };
}

/** Issuers write several values as a list or as text with blanks, and a flag as true. */
function holds(claimed: unknown, value: string): boolean {
  if (Array.isArray(claimed)) return claimed.includes(value);
  if (typeof claimed === 'string') return claimed === value || claimed.split(' ').includes(value);
  return claimed === true && value === 'true';
}
