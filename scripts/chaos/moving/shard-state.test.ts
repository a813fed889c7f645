import { expect, it } from 'vitest';
import { contradictions, type ShardState } from './shard-state.ts';

const OWN = { role: 'own', from: 'A', before: 'N' };
const alice = { userId: 'alice', orders: 2, counted: 2, placement: null };
const gina = { userId: 'gina', orders: 1, counted: 1, placement: 'here' };
const gone = { userId: 'gina', orders: 0, counted: 0, placement: 'moved' };

function shards({
  first = {},
  third = {},
}: {
  first?: Partial<ShardState>;
  third?: Partial<ShardState>;
}): ShardState[] {
  const end = { move: 2, state: 'finished', changes: 0 };
  return [
    { ...end, database: 'orders_shard1', ranges: [OWN], users: [alice, gina], counted: 3, ...first },
    { ...end, database: 'orders_shard3', ranges: [], users: [gone], counted: 0, ...third },
  ];
}

it('finds nothing where the shards agree with the map', () => {
  expect(contradictions(shards({}))).toEqual([]);
});

it.each<[string, Parameters<typeof shards>[0], string]>([
  ['that knows another move', { third: { move: 1 } }, 'the shards know different moves: 2, 1'],
  ['whose move goes on', { first: { state: 'running' } }, 'orders_shard1: the move is running'],
  ['that owns what the map gives to another', { third: { ranges: [OWN] } }, 'orders_shard3: its ranges are'],
  ['that still notes changes', { first: { changes: 1 } }, 'orders_shard1: 1 changes are noted'],
  [
    'whose totals are wrong',
    { first: { counted: 4 } },
    'orders_shard1: the statistics of all users count 4 orders of 3',
  ],
  [
    'that counts wrongly',
    { first: { users: [{ ...alice, counted: 3 }, gina] } },
    'the statistics count 3 orders of alice',
  ],
  [
    'with orders of a user who has gone',
    { third: { users: [{ ...gone, orders: 1 }] } },
    '1 orders of gina, who is elsewhere',
  ],
  [
    'with a user in the middle of a switch',
    { first: { users: [alice, { ...gina, placement: 'leaving' }] } },
    'gina is leaving',
  ],
  ['with a second owner', { third: { users: [{ ...gone, placement: 'here' }] } }, 'orders_shard3: gina is here'],
])('names a shard %s', (_what, states, said) => {
  expect(contradictions(shards(states)).join('\n')).toContain(said);
});
