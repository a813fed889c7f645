import { ShardUnavailableError } from '../domain/errors.ts';
import type { PartHistory, Transition } from '../domain/part-history.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';

/** What each shard has noted, in memory. */
export class MemoryPartHistory implements PartHistory {
  readonly noted: Record<string, Transition[]> = {};
  readonly unavailable = new Set<string>();
  now = new Date('2026-11-22T10:00:00.000Z');

  async observe(shard: ShardRange, parts: ReadonlyMap<string, boolean>): Promise<Transition[]> {
    const name = shardName(shard);
    if (this.unavailable.has(name)) throw new ShardUnavailableError(name);
    this.noted[name] ??= [];
    const known = this.noted[name];
    for (const [part, up] of parts) {
      const last = known.findLast((transition) => transition.part === part);
      if ((last?.up ?? true) !== up) known.push({ part, up, at: this.now });
    }
    return known;
  }
}
