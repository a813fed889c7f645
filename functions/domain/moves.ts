import type { MoveAttempt, MoveSteps } from './ports.ts';
import type { ShardRange } from './shard-map.ts';

// How users move between shards: docs/moving-users.md. Every method throws ShardUnavailableError when its shard does not respond.

export type MoveState = 'running' | 'paused' | 'finished';

export type PlacementState = 'copying' | 'leaving' | 'moved' | 'arriving' | 'here' | 'refused';

/** `busy`: try again later; `gone`: there is nothing to move; `stopped`: this is not the move under way, or it is paused. */
export type Claimed =
  | { readonly outcome: 'copying'; readonly attempt: number }
  | { readonly outcome: 'busy' | 'gone' | 'stopped' };

export interface Expected {
  /** `arriving`, or why the attempt cannot go on. */
  readonly state: PlacementState | 'stopped';
  /** The last order that the attempt has copied; undefined before its first page. */
  readonly copied: PageEnd | undefined;
}

/** `gone`: the attempt is over. `rest` is for {@link Moves.arrive}. */
export type Leaving = { readonly outcome: 'leaving'; readonly rest: string } | { readonly outcome: 'busy' | 'gone' };

/** Orders as one JSON text, which is passed on as it is: prices and times stay exact. */
export interface MovedPage {
  readonly orders: number;
  readonly rows: string;
  /** Of its last order; undefined for an empty page. */
  readonly last: PageEnd | undefined;
}

export interface PageEnd {
  readonly createdAt: Date;
  readonly id: string;
}

/** Who owns users without a placement. Keys are compared bytewise. */
export interface OwnedRange {
  /** `out`: still here until the user has moved to `peer`; `in`: at `peer` until the user has moved here. */
  readonly role: 'own' | 'in' | 'out';
  readonly from: string;
  /** Exclusive; undefined for the end of all keys. */
  readonly before: string | undefined;
  /** The id of the other shard, unless the role is `own`. */
  readonly peer?: number;
}

/** The steps of moving a user, each one transaction of one shard that may be repeated when its answer was lost. */
export interface Moves extends MoveSteps {
  /** At the source: begins to copy a user, or goes on with the attempt that a former run has begun. @param peer the target's id */
  claim(source: ShardRange, userId: string, move: number, peer: number): Promise<Claimed>;
  /** At the source: the orders after the given one, oldest first. */
  page(source: ShardRange, userId: string, after: PageEnd | undefined, limit: number): Promise<MovedPage>;
  /** At the target, before the first page of a run. */
  expect(target: ShardRange, attempt: MoveAttempt, peer: number): Promise<Expected>;
  /** At the target: stores a page. @throws MoveOverError when the attempt is over */
  take(target: ShardRange, attempt: MoveAttempt, rows: string): Promise<void>;
  /**
   * At the source: from now on nobody owns the user, for 2 s or, when much has changed since {@link claim}, longer.
   *
   * @param fence also while a request may deliver an order
   */
  leave(source: ShardRange, attempt: MoveAttempt, fence?: boolean): Promise<Leaving>;
  /** At the target: the commit point. @returns `here`; otherwise the attempt was refused or is over */
  arrive(target: ShardRange, attempt: MoveAttempt, rest: string): Promise<PlacementState | null>;
  /** At the source, 60 s after the user left. @returns how many orders were archived; 0 when none is left, or it is too early */
  archive(source: ShardRange, userId: string, limit: number): Promise<number>;
  /** At a target: deletes what an earlier move copied of a user who did not come. @returns how many orders; 0 for none left */
  clear(target: ShardRange, userId: string, limit: number): Promise<number>;
  /** Drops what was archived before. @returns how many orders */
  forget(shard: ShardRange, before: Date, limit: number): Promise<number>;
  /**
   * @param ranges undefined leaves them as they are
   * @param over how many shards have users from now on, while they move those of both maps: a release from before users could move
   *   refuses to be deployed with fewer. Undefined leaves it as it is
   * @throws MoveOverError when the shard knows a later move, or cannot finish this one yet
   * @throws MoveBlockedError when the shard's transactions leave no moment for it
   */
  setMove(
    shard: ShardRange,
    move: number,
    state: MoveState,
    ranges?: readonly OwnedRange[],
    over?: number,
  ): Promise<void>;
}

/** Gives users to one shard again who have two after a restore, or none. Every step may be repeated. All throw MoveBlockedError. */
export interface OwnerRepair {
  /** The user is the shard's from now on, unless that is so already. @param peer the id of another shard that knows the user */
  own(shard: ShardRange, attempt: MoveAttempt, peer: number): Promise<void>;
  /** Adds the orders that the owner lacks. @param rows as {@link Moves.page} gives them */
  merge(owner: ShardRange, userId: string, rows: string): Promise<void>;
  /** Orders that the user had in a shard before they moved. @param after the `last` of the page before */
  archived(
    shard: ShardRange,
    userId: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ readonly orders: number; readonly rows: string; readonly last: string | undefined }>;
  /** The user has moved away, to `owner`. */
  giveUp(shard: ShardRange, attempt: MoveAttempt, owner: number): Promise<void>;
}

/** What a shard knows of moves. */
export interface ShardMove {
  /** 0 before the first one. */
  readonly move: number;
  readonly state: MoveState;
  readonly changedAt: Date | undefined;
  readonly ranges: readonly OwnedRange[];
}

/** Of a shard before the first move. */
export const NO_MOVE: ShardMove = { move: 0, state: 'finished', changedAt: undefined, ranges: [] };

export interface PeerMove {
  /** The id of the other shard. */
  readonly peer: number;
  readonly move: number;
}

export interface UserToMove {
  readonly userId: string;
  readonly orders: number;
  /** The target's id. */
  readonly peer: number;
}

/** An attempt whose lease has ended: whoever finds it finishes or undoes it. */
export interface ExpiredAttempt extends MoveAttempt {
  readonly peer: number;
}

/** How far a source is. */
export interface SourceProgress {
  readonly usersLeft: number;
  readonly ordersLeft: number;
  readonly usersMoved: number;
  /** The moved users' orders of before the switch. */
  readonly ordersMoved: number;
  /** Of these, in the last five minutes. */
  readonly recentOrders: number;
  /** When a user moved last, or the move began. */
  readonly lastMovedAt: Date;
  /** Users that cannot move at this moment, the longest first, and why. */
  readonly busy: readonly BusyUser[];
}

export interface LastMove extends Pick<SourceProgress, 'lastMovedAt'> {
  /** Whether somebody is between the shards. */
  readonly isLeaving: boolean;
}

export interface BusyUser {
  readonly userId: string;
  readonly why: 'relayed' | 'ordering' | 'leaving';
  readonly seconds: number;
}

/** A user of whom a shard knows anything. */
export interface KnownUser {
  readonly userId: string;
  readonly hasOrders: boolean;
  readonly state: PlacementState | undefined;
  /** Whether a switch that is under way has taken longer than it may. */
  readonly expired: boolean;
  /** Of the placement, and the id of the other shard. */
  readonly move: number | undefined;
  readonly attempt: number | undefined;
  readonly peer: number | undefined;
}

/** What the mover reads. */
export interface MoveReader {
  moveOf(shard: ShardRange): Promise<ShardMove>;
  /** The columns of the tables whose rows are copied, as a text to compare. */
  copiedColumns(shard: ShardRange): Promise<string>;
  /** The latest move by which users came from each other shard, or went there. */
  peersOf(shard: ShardRange): Promise<PeerMove[]>;
  /** The users in ranges that move out, those with the fewest orders first: as many as a run may move to each target. */
  usersToMove(source: ShardRange): Promise<UserToMove[]>;
  expired(source: ShardRange): Promise<ExpiredAttempt[]>;
  /** Users who have moved at least a minute ago and whose old rows are still in lists. */
  toArchive(source: ShardRange): Promise<string[]>;
  /** Users whom an earlier move has copied here, and who did not come. */
  toClear(target: ShardRange): Promise<string[]>;
  /** How many users have orders here that are another shard's: they rest in lists for a minute, or wait to be cleared. */
  usersElsewhere(shard: ShardRange): Promise<number>;
  /** By the statistics. */
  progress(source: ShardRange, move: number): Promise<SourceProgress>;
  /** By the orders themselves: 0 when the move may end. */
  usersLeft(source: ShardRange): Promise<number>;
  /** Cheaper than {@link progress}. */
  lastMove(source: ShardRange, move: number): Promise<LastMove>;
  /** The next users by their ids. @param after undefined from the first one */
  knownUsers(shard: ShardRange, after: string | undefined, limit: number): Promise<KnownUser[]>;
  /** Reads all orders of the user. */
  ordersOf(shard: ShardRange, userId: string): Promise<number>;
}
