import { expect, it } from 'vitest';
import { type AcknowledgedOrder, newLoad } from '../load.ts';
import { resultOf, type Seen } from './result.ts';

const LISTS = { lists: 3, partial: 0, incomplete: 0, attempts: [], problems: [] };
const ANSWERS = { repeated: 2, receipts: 2, unknown: 0, problems: [] };
const CHECKED = { users: 1, findings: 0, first: [], behind: [] };
const GOOD: Seen = {
  load: newLoad(),
  phases: [],
  lists: [LISTS],
  answers: [ANSWERS],
  commandsFailed: 1,
  checked: CHECKED,
  disagreements: [],
};
const OFTEN_TRIED = { ...newLoad(), acknowledged: [{ tries: 3 } as AcknowledgedOrder] };

const judge = (seen: Partial<Seen>, isUp = true) => resultOf({ ...GOOD, ...seen }, { isUp, beside: false });

it('a move is as promised although commands of the operator had to be repeated', () => {
  expect(judge({})).toMatchObject({ problems: [], isAsPromised: true });
});

it.each<[string, Partial<Seen>]>([
  ['a list had a gap', { lists: [{ ...LISTS, problems: ['a list lacked 1 orders'] }] }],
  ['a repeated request was answered otherwise', { answers: [{ ...ANSWERS, problems: ['order 1 was answered'] }] }],
  ['the shards contradict the map', { disagreements: ['gina is leaving'] }],
  ['a user has two owners', { checked: { ...CHECKED, findings: 1 } }],
  ['a shard does not know the move', { checked: { ...CHECKED, behind: ['shard3'] } }],
  ['a create failed more than once, the runner being up', { load: OFTEN_TRIED }],
])('a move is not as promised when %s', (_, seen) => {
  expect(judge(seen).isAsPromised).toBe(false);
});

it('creates may fail more than once while more is struck than the mover', () => {
  expect(judge({ load: OFTEN_TRIED }, false).isAsPromised).toBe(true);
});
