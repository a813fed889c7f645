import { describe, expect, it } from 'vitest';
import { ownedAfter, rangesBesides, rangesOfMove, reversed } from './move-ranges.ts';
import type { ShardRange } from './shard-map.ts';

const SPLIT: readonly ShardRange[] = [
  { id: 1, from: 'A', to: 'M', next: ['A', 'F'] },
  { id: 2, from: 'N', to: 'Z', next: ['N', 'Z'] },
  { id: 3, next: ['G', 'M'] },
];

describe('the ranges of a move', () => {
  it('say of each shard which users it keeps, which leave it, and which come', () => {
    expect([...(rangesOfMove(SPLIT) ?? [])]).toEqual([
      [
        1,
        [
          { role: 'own', from: 'A', before: 'G' },
          { role: 'out', from: 'G', before: 'N', peer: 3 },
        ],
      ],
      [2, [{ role: 'own', from: 'N', before: undefined }]],
      [3, [{ role: 'in', from: 'G', before: 'N', peer: 1 }]],
    ]);
  });

  it('may cross: a shard gives users to one and gets users of another, by prefixes of any length', () => {
    const ranges = rangesOfMove([
      { id: 1, from: 'A', to: 'M', next: ['A', 'LE'] },
      { id: 2, from: 'N', to: 'Z', next: ['LF', 'R'] },
      { id: 4, next: ['S', 'Z'] },
    ]);
    expect(ranges?.get(2)).toEqual([
      { role: 'in', from: 'LF', before: 'N', peer: 1 },
      { role: 'own', from: 'N', before: 'S' },
      { role: 'out', from: 'S', before: undefined, peer: 4 },
    ]);
  });

  it.each([1, 2, 3])('are those that the others know of shard %i, also on the way back and when it is over', (id) => {
    const begun = [...(rangesOfMove(SPLIT) ?? [])].map(([of, ranges]) => ({ id: of, ranges }));
    const back = begun.map(({ id: of, ranges }) => ({ id: of, ranges: reversed(ranges) }));
    const over = begun.map(({ id: of, ranges }) => ({ id: of, ranges: ownedAfter(ranges) }));
    for (const all of [begun, back, over]) {
      const others = all.filter((each) => each.id !== id);
      expect(rangesBesides(id, others)).toEqual(all.find((each) => each.id === id)?.ranges);
    }
  });

  it('are none without a next map', () => {
    expect(rangesOfMove([{ id: 1, from: 'A', to: 'Z' }])).toBeUndefined();
  });

  it('become what the next map says once everybody has moved, or what the present one says after an abort', () => {
    const owned = (turn: typeof reversed) =>
      [...(rangesOfMove(SPLIT) ?? [])].map(([, ranges]) =>
        ownedAfter(turn(ranges)).map(({ from, before }) => [from, before]),
      );
    expect(owned((ranges) => [...ranges])).toEqual([[['A', 'G']], [['N', undefined]], [['G', 'N']]]);
    expect(owned(reversed)).toEqual([[['A', 'N']], [['N', undefined]], []]);
  });
});
