import type { OwnedRange } from './moves.ts';
import { nextMap, type OwningShard, presentMap, type ShardRange } from './shard-map.ts';
import { halfOpen, includes, isBetween } from './user-range.ts';

/** What each shard owns while users move from the present map to the next one, by its id. @returns undefined without a next map */
export function rangesOfMove(shards: readonly ShardRange[]): ReadonlyMap<number, readonly OwnedRange[]> | undefined {
  const [present, next] = [presentMap(shards), nextMap(shards)];
  if (next === undefined) return undefined;
  const ranges = new Map<number, OwnedRange[]>(shards.map(({ id }) => [id, []]));
  for (const [from, before] of segments([...present, ...next])) {
    const [source, target] = [ownerOf(present, from), ownerOf(next, from)];
    if (source === target) add(ranges, source, { role: 'own', from, before });
    else {
      add(ranges, source, { role: 'out', from, before, peer: target });
      add(ranges, target, { role: 'in', from, before, peer: source });
    }
  }
  return ranges;
}

/** The other direction: what was to come goes, and what was to go comes. */
export function reversed(ranges: readonly OwnedRange[]): OwnedRange[] {
  const roles = { own: 'own', in: 'out', out: 'in' } as const;
  return ranges.map((range) => ({ ...range, role: roles[range.role] }));
}

/**
 * What a shard has to know of a move, as all others know it: the other side of what they give to it and get from it, and what none of
 * them has.
 */
export function rangesBesides(
  id: number,
  others: readonly { readonly id: number; readonly ranges: readonly OwnedRange[] }[],
) {
  const known = others.flatMap((other) => other.ranges.map((range) => ({ ...range, of: other.id })));
  const bounds = new Set([
    'A',
    ...known.flatMap(({ from, before }) => [from, ...(before === undefined ? [] : [before])]),
  ]);
  const ranges: OwnedRange[] = [];
  const sorted = [...bounds].sort();
  for (const [index, from] of sorted.entries()) {
    const segment = { from, before: sorted[index + 1] };
    const there = known.filter((range) => isBetween(range, from));
    const mine = there.find(({ peer }) => peer === id);
    if (mine !== undefined) append(ranges, { ...segment, role: mine.role === 'in' ? 'out' : 'in', peer: mine.of });
    else if (there.length === 0) append(ranges, { ...segment, role: 'own' });
  }
  return ranges;
}

/** What a shard owns once every user has moved. */
export function ownedAfter(ranges: readonly OwnedRange[]): OwnedRange[] {
  const owned: OwnedRange[] = [];
  for (const { role, from, before } of ranges) {
    if (role !== 'out') append(owned, { role: 'own', from, before });
  }
  return owned;
}

function segments(map: readonly OwningShard[]): [from: string, before: string | undefined][] {
  const bounds = [...new Set(map.map((shard) => halfOpen(shard).from))].sort();
  return bounds.map((from, index) => [from, bounds[index + 1]]);
}

function ownerOf(map: readonly OwningShard[], key: string): number {
  const owner = map.find((shard) => includes(shard, key));
  if (owner === undefined) throw new Error(`No shard owns users from ${key} on.`);
  return owner.id;
}

function add(ranges: ReadonlyMap<number, OwnedRange[]>, id: number, range: OwnedRange): void {
  const ofShard = ranges.get(id);
  if (ofShard !== undefined) append(ofShard, range);
}

/** Neighbours of one kind become one. */
function append(ranges: OwnedRange[], range: OwnedRange): void {
  const last = ranges.at(-1);
  if (last?.before === range.from && last.role === range.role && last.peer === range.peer) {
    ranges[ranges.length - 1] = { ...last, before: range.before };
  } else ranges.push(range);
}
