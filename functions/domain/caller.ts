/** On whose behalf a request comes. */
export type Caller =
  /** In a stage without sign-in nobody is told from anybody. */
  | { readonly kind: 'anyone' }
  | {
      readonly kind: 'user';
      readonly userId: string;
      /** Whether they may read everyone's orders. */
      readonly operator: boolean;
    };

/** By how much the clocks of an issuer of tokens and of this system may differ. */
export const CLOCK_SKEW_SECONDS = 5;

/** Whether the caller may place an order of this user. An operator may read everyone's orders and place their own. */
export function mayCreateFor(caller: Caller, userId: string): boolean {
  return caller.kind === 'anyone' || caller.userId === userId;
}

/** Whether the caller may see the orders of this user. */
export function mayRead(caller: Caller, userId: string): boolean {
  return caller.kind === 'anyone' || caller.operator || caller.userId === userId;
}

/** The one user whose orders the caller may see, or undefined when they may see everyone's. */
export function readsOnly(caller: Caller): string | undefined {
  return caller.kind === 'anyone' || caller.operator ? undefined : caller.userId;
}
