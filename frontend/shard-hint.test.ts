import { expect, it } from 'vitest';
import type { ShardRange } from '../functions/domain/shard-map.ts';
import { shardHint } from './shard-hint.ts';

/** Users from G to M move to a new shard. */
const MOVING: readonly ShardRange[] = [
  { id: 1, from: 'A', to: 'M', next: ['A', 'F'] },
  { id: 2, from: 'N', to: 'Z', next: ['N', 'Z'] },
  { id: 3, next: ['G', 'M'] },
];

it.each([
  ['alice', 'alice is on shard1 (A-M)'],
  ['Zara', 'Zara is on shard2 (N-Z)'],
  ['gina', 'gina is on shard1 (A-M) or shard3 (G-M)'],
  ['', undefined],
  ['1gina', undefined],
])('the form says of %j where the orders are, also while users move: %s', (user, hint) => {
  expect(shardHint(user, MOVING)).toBe(hint);
});
