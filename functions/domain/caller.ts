import { AccessDeniedError } from './errors.ts';

export type Caller =
  /** In a stage without sign-in. */
  | { readonly kind: 'anyone' }
  | {
      readonly kind: 'user';
      readonly userId: string;
      /** May read everyone's orders, and place their own. */
      readonly operator: boolean;
    };

/** Tolerated difference between an issuer's clock and ours. */
export const CLOCK_SKEW_SECONDS = 5;

/** Whether the caller may place an order of this user. An operator may read everyone's orders and place their own. */
export function mayCreateFor(caller: Caller, userId: string): boolean {
  return caller.kind === 'anyone' || caller.userId === userId;
}

/** Whether the caller may see the orders of this user. */
export function mayRead(caller: Caller, userId: string): boolean {
  return caller.kind === 'anyone' || caller.operator || caller.userId === userId;
}

/** @throws AccessDeniedError unless the caller may read the orders of this user */
function requireMayRead(caller: Caller, userId: string): void {
  if (mayRead(caller, userId)) return;
  throw new AccessDeniedError('user_id must match the user id in the token: you can list only your own orders.');
}

/**
 * Whose orders a caller gets who asks for those of a user, or names none; undefined for everybody's.
 *
 * @throws AccessDeniedError unless the caller may read the orders of the user
 */
export function whoseOrders(caller: Caller, userId: string | undefined): string | undefined {
  if (userId === undefined) return readsOnly(caller);
  requireMayRead(caller, userId);
  return userId;
}

/** The one user whose orders the caller may see; undefined when they may see everyone's. */
export function readsOnly(caller: Caller): string | undefined {
  return caller.kind === 'anyone' || caller.operator ? undefined : caller.userId;
}
