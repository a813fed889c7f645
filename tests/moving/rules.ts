/** What makes moving users safe, rule by rule of docs/moving-users.md; a test switches each off once. */
export interface Rules {
  /** 1: a write reads who owns the user in the transaction that writes, behind the lock that a switch waits for. */
  readonly guardWrites: boolean;
  /** 2: who undoes a switch makes the target refuse it first. */
  readonly refuseFirst: boolean;
  /** 3: the rest is what was changed since copying began, not what was placed since. */
  readonly restIsChanges: boolean;
  /** 3: who goes on with an attempt keeps what has changed since it began. */
  readonly changesStay: boolean;
  /** 3: a user whom the target has refused is copied with another attempt, from the first page. */
  readonly stayIsAnew: boolean;
  /** 4: a user does not leave while the relay has their orders. */
  readonly relayHasLease: boolean;
  /** 4: who delivered an order that has moved meanwhile says so at its new place. */
  readonly settleFollows: boolean;
  /** 5: a list asks both places, and then once more: a user may have gone from the second to the first between the two. */
  readonly listsAskTwice: boolean;
  /** 5: a list shows an order once that it found at two places. */
  readonly listsDropDoubles: boolean;
  /** 6: a confirmation is applied where the order is, whichever shard it names. */
  readonly confirmationsFollow: boolean;
}

export const ALL_RULES: Rules = {
  guardWrites: true,
  refuseFirst: true,
  restIsChanges: true,
  changesStay: true,
  stayIsAnew: true,
  relayHasLease: true,
  settleFollows: true,
  listsAskTwice: true,
  listsDropDoubles: true,
  confirmationsFollow: true,
};
