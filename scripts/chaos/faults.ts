import type { Random } from './random.ts';

/** Kinds that are struck besides the engines, which go by their own names. */
export const FUNCTION = 'function';
export const MOVER = 'mover';
export const RUNNER = 'runner';

const STALL_MS = { shortest: 200, longest: 8_000 };
/** So that a fault does not always come right after what made it due. */
const LATER_MS = 150;

/** What happens to a process of a kind, and when. */
export interface Fault {
  readonly kind: string;
  /** How long it is stopped; undefined when it is killed. */
  readonly stallMs: number | undefined;
  /** Due when so much of the run is done, 0 to 1, and so many milliseconds later. */
  readonly at: number;
  readonly laterMs: number;
  /** Whether it waits for a moment at which a user is between two shards. */
  readonly atSwitch: boolean;
}

/** Spreads so many kills and stalls of each kind at random over a run, in the order in which they are due. */
export function planFaults(
  kinds: readonly string[],
  { kills, stalls }: { readonly kills: number; readonly stalls: number },
  random: Random,
): Fault[] {
  const { shortest, longest } = STALL_MS;
  const fault = (kind: string, isStall: boolean): Fault => ({
    kind,
    stallMs: isStall ? shortest + random.below(longest - shortest) : undefined,
    at: random.below(10_000) / 10_000,
    laterMs: random.below(LATER_MS),
    atSwitch: random.below(2) === 0,
  });
  return kinds
    .flatMap((kind) => Array.from({ length: kills + stalls }, (_, n) => fault(kind, n >= kills)))
    .sort((one, other) => one.at - other.at);
}
