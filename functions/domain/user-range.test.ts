import { describe, expect, it } from 'vitest';
import { everyKey } from '../testing/user-keys.ts';
import { checkShardMap, type OwningShard, shardFor } from './shard-map.ts';
import { closed, halfOpen, includes, isPrefix, keyOf, mayInclude, predecessor, successor } from './user-range.ts';

const KEYS = everyKey();

describe('the order of users', () => {
  it('is that of the bytes of their keys, and successors follow it', () => {
    expect(KEYS).toHaveLength(26 * (1 + 39 + 39 ** 2));
    expect(KEYS.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))).toEqual(KEYS);
    const following = KEYS.map((key, index) => {
      // No more than these begin with one of two characters.
      const end = key.length === 1 ? KEYS.length : index + 2 + 39;
      return KEYS.slice(index + 1, end).find((other) => !other.startsWith(key));
    });
    expect(KEYS.map(successor)).toEqual(following);
  });

  it.each([
    ['M', 'N'],
    ['SL', 'SM'],
    ['S_', 'T'],
    ['S9', 'SA'],
    ['SZ', 'S_'],
    ['R__', 'S'],
    ['Z', undefined],
    ['Z_', undefined],
    ['Z__', undefined],
  ])('goes on from %s at %s', (prefix, next) => {
    expect(successor(prefix)).toBe(next);
  });

  it('has a last prefix before each key that a range can begin with', () => {
    const beginnings = KEYS.filter((key) => !/^A$|-$/.test(key));
    expect(KEYS.filter((key) => predecessor(key) !== undefined)).toEqual(beginnings);
    const last = beginnings.map((key) => predecessor(key) ?? '');
    expect(last.filter((prefix) => !isPrefix(prefix))).toEqual([]);
    expect(last.map(successor)).toEqual(beginnings);
  });

  it.each([
    ['sam', 'SAM'],
    ['Smith.j', 'SMI'],
    ['s', 'S'],
    ['s_1', 'S_1'],
    ['1a', undefined],
    ['', undefined],
    ['ſam', undefined],
    ['aß', 'A'],
  ])('takes the user %s by %s', (userId, key) => {
    expect(keyOf(userId)).toBe(key);
  });
});

describe('a range', () => {
  it('is the same by its last prefix and by the first key behind it', () => {
    const starts = ['A', 'S', 'SMI', 'S_A', 'Z', 'ZB'];
    const ends = [...KEYS.filter((key) => predecessor(key) !== undefined), undefined];
    for (const from of starts) {
      const ranges = ends.filter((end) => end === undefined || end > from).map((before) => ({ from, before }));
      expect(ranges.map(closed).filter(({ to }) => !isPrefix(to) || to < from)).toEqual([]);
      expect(ranges.map((range) => halfOpen(closed(range)))).toEqual(ranges);
    }
    expect(closed({ from: 'SMI', before: 'T' })).toEqual({ from: 'SMI', to: 'S_' });
  });

  it('has everybody whose id begins with one of its bounds or with anything between', () => {
    const range = { from: 'N', to: 'SL' };
    expect(halfOpen(range)).toEqual({ from: 'N', before: 'SM' });
    const inside = KEYS.filter((key) => includes(range, key));
    expect(inside).toEqual(KEYS.filter((key) => /^[N-R]/.test(key) || /^S([-.0-9A-L]|$)/.test(key)));
  });

  it('may have users of a prefix exactly if it has a key that begins so', () => {
    for (const range of [
      { from: 'N', to: 'SL' },
      { from: 'SM', to: 'SMI' },
      { from: 'T', to: 'Z' },
    ]) {
      const expected = new Set(
        KEYS.filter((key) => includes(range, key)).flatMap((key) => [key[0], key.slice(0, 2), key]),
      );
      expect(new Set(KEYS.filter((key) => mayInclude(range, key.toLowerCase())))).toEqual(expected);
    }
  });
});

describe('any shard map that is accepted', () => {
  it('has exactly one owner for each user', () => {
    for (const bounds of [0, 1, 2, 5, 11, 25]) {
      const map = mapOf(bounds);
      expect(checkShardMap(map)).toHaveLength(bounds + 1);
      const owners = KEYS.map((key) => map.filter((shard) => includes(shard, key)));
      expect(owners.filter(({ length }) => length !== 1)).toEqual([]);
      expect(KEYS.map((key) => [shardFor(map, key.toLowerCase())])).toEqual(owners);
    }
  });

  /** Shards with bounds of all lengths, whose ids and places in the list do not follow them. */
  function mapOf(bounds: number): OwningShard[] {
    const beginnings = KEYS.filter((key) => predecessor(key) !== undefined);
    const picked = Array.from(
      { length: bounds },
      (_, index) => (index * index * 1543 + bounds * 7919) % beginnings.length,
    );
    const starts = ['A', ...picked.map((index) => beginnings[index] ?? '')].sort();
    return starts
      .map((from, index) => ({ id: 26 - index, from, to: lastBefore(starts[index + 1]) }))
      .toSorted((one, other) => ((one.id * 5) % 27) - ((other.id * 5) % 27));
  }

  const lastBefore = (start: string | undefined) => (start === undefined ? 'Z__' : (predecessor(start) ?? ''));
});
