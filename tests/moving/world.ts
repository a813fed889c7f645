import type { PlacementState } from '../../functions/domain/moves.ts';

export type Place = 'source' | 'target';

export interface StoredOrder {
  readonly id: string;
  readonly key: string | undefined;
  readonly confirmed: boolean;
}

export interface OutboxRow {
  readonly id: string;
  readonly published: boolean;
  readonly leftToRelay: boolean;
}

export interface Numbers {
  readonly placed: number;
  readonly confirmed: number;
}

/** What a shard has of the one user, in the order in which it was placed. Pages have orders by their ids, whenever they were placed. */
export interface Shard {
  readonly state: PlacementState | undefined;
  readonly attempt: number;
  /** At the target: the last order that the attempt has copied. */
  readonly copied: string | undefined;
  readonly orders: readonly StoredOrder[];
  readonly outbox: readonly OutboxRow[];
  /** Whether the relay has the user's rows. */
  readonly leased: boolean;
  readonly changes: readonly string[];
  readonly numbers: Numbers;
}

/** Both shards, and what the world outside has seen. */
export interface World {
  readonly source: Shard;
  readonly target: Shard;
  /** Events in the order of their publication. */
  readonly published: readonly string[];
  /** Orders that were acknowledged to their clients. */
  readonly acknowledged: readonly string[];
  /** `x y`: y was acknowledged before x was placed. */
  readonly before: readonly string[];
  /** Keys with the order that was acknowledged for them. */
  readonly keys: readonly string[];
  /** Orders whose confirmation was taken for applied. */
  readonly confirmed: readonly string[];
  /** What was acknowledged when the list began that is under way. */
  readonly listing: readonly string[] | undefined;
  /** What must never be. */
  readonly wrong: string | undefined;
}

const NOBODY: Shard = {
  state: undefined,
  attempt: 0,
  copied: undefined,
  orders: [],
  outbox: [],
  leased: false,
  changes: [],
  numbers: { placed: 0, confirmed: 0 },
};

/** A user with one order at the source, acknowledged, whose event was left to the relay and which is not confirmed yet. */
export const BEGIN: World = {
  source: {
    ...NOBODY,
    orders: [{ id: 'o', key: undefined, confirmed: false }],
    outbox: [{ id: 'o', published: false, leftToRelay: true }],
    numbers: { placed: 1, confirmed: 0 },
  },
  target: NOBODY,
  published: [],
  acknowledged: ['o'],
  before: [],
  keys: [],
  confirmed: [],
  listing: undefined,
  wrong: undefined,
};

/** Whether a shard takes orders of the user. The source does so without a placement, the target does not. */
export function owns(world: World, place: Place): boolean {
  const { state } = world[place];
  return state === 'here' || state === 'copying' || (state === undefined && place === 'source');
}

export const other = (place: Place): Place => (place === 'source' ? 'target' : 'source');
