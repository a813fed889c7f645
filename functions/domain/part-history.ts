import { withDeadline } from './deadline.ts';
import type { Log } from './ports.ts';
import { type ShardRange, shardName } from './shard-map.ts';

/** Observing must not hold up whoever asked how the parts are. */
const OBSERVE_TIMEOUT_MS = 500;

/** A part that was found up is found down, or the other way round. */
export interface Transition {
  readonly part: string;
  readonly up: boolean;
  /** When it was noticed, by the clock of a database. */
  readonly at: Date;
}

export interface PartHistory {
  /**
   * Notes which parts are up, where that has changed.
   *
   * @param parts whether each is up, by name
   * @returns the shard's transitions of the last 24 hours, at most 100
   */
  observe(shard: ShardRange, parts: ReadonlyMap<string, boolean>): Promise<readonly Transition[]>;
}

/**
 * Notes in every shard that is up how the parts are.
 *
 * @returns the transitions that any of them knows, newest first; without those of a shard that did not respond
 */
export async function observeParts(
  parts: ReadonlyMap<string, boolean>,
  shards: readonly ShardRange[],
  history: PartHistory,
  log: Log,
): Promise<Transition[]> {
  const reachable = shards.filter((shard) => parts.get(shardName(shard)) !== false);
  const known = await Promise.all(
    reachable.map(async (shard) => {
      try {
        return await withDeadline(
          OBSERVE_TIMEOUT_MS,
          `Observing in ${shardName(shard)}`,
          history.observe(shard, parts),
        );
      } catch (error) {
        log.warn('a shard does not note how the parts are', { shard: shardName(shard), error });
        return [];
      }
    }),
  );
  return mergeHistories(known);
}

/** Shards and observers notice the same thing at different times: of equal ones in a row, the first counts. Newest first. */
export function mergeHistories(histories: readonly (readonly Transition[])[]): Transition[] {
  const inOrder = histories.flat().sort((a, b) => a.at.getTime() - b.at.getTime());
  const state = new Map<string, boolean>();
  const changes = inOrder.filter(({ part, up }) => {
    const changed = state.get(part) !== up;
    state.set(part, up);
    return changed;
  });
  return changes.reverse();
}
