import { describe, expect, it } from 'vitest';
import { checkMissing, checkMoves, MissingShardsError, MovedUsersError, type ShardState } from './map-changes.ts';
import { NO_MOVE, type OwnedRange } from './moves.ts';
import { DEFAULT_SHARD_MAP, joinMaps, type OwningShard, type ShardRange } from './shard-map.ts';

const SPLIT: readonly OwningShard[] = [
  { id: 1, from: 'A', to: 'F' },
  { id: 3, from: 'G', to: 'M' },
  { id: 2, from: 'N', to: 'Z' },
];
const DURING = joinMaps(DEFAULT_SHARD_MAP, SPLIT);
const BACK = joinMaps(SPLIT, DEFAULT_SHARD_MAP);

const range = (role: OwnedRange['role'], from: string, before?: string): OwnedRange => ({ role, from, before });
const moving = (...ranges: OwnedRange[]): Partial<ShardState> => ({ move: 1, state: 'running', ranges });
const moved = (...ranges: OwnedRange[]): Partial<ShardState> => ({ move: 1, state: 'finished', ranges });

/** What shards say while G to M go from shard1 to shard3; shard2 has no part in it. */
const UNDER_WAY = { 1: moving(range('own', 'A', 'G'), range('out', 'G', 'N')), 3: moving(range('in', 'G', 'N')) };
const DONE = { 1: moved(range('own', 'A', 'G')), 3: moved(range('own', 'G', 'N')) };
/** They have gone back, and shard3 has nobody. */
const UNDONE = { 1: moved(range('own', 'A', 'G'), range('own', 'G', 'N')), 3: moved() };

const ask = (shards: readonly ShardRange[], states: Record<number, Partial<ShardState>> = {}) =>
  shards.map((shard) => ({ shard, recorded: [], ...NO_MOVE, ...states[shard.id] }));

describe('a deployment', () => {
  it.each([
    ['before any move', DEFAULT_SHARD_MAP, {}],
    ['with a next map', DURING, {}],
    ['of the map that a move has made', SPLIT, DONE],
    ['of that map with another next one', BACK, DONE],
    ['of the former map after an abort', DEFAULT_SHARD_MAP, UNDONE],
  ])('%s has all users where the present map says', (_, shards, states) => {
    expect(checkMoves(ask(shards, states))).toBe(true);
  });

  it.each([
    ['during the move of its maps', DURING, UNDER_WAY],
    ['while that move is paused', DURING, { ...UNDER_WAY, 1: { ...UNDER_WAY[1], state: 'paused' as const } }],
    [
      'while it is being aborted',
      DURING,
      { 1: moving(range('own', 'A', 'G'), range('in', 'G', 'N')), 3: moving(range('out', 'G', 'N')) },
    ],
    ['when the move has begun at its target alone', DURING, { 3: UNDER_WAY[3] }],
    ['when it is finished, with its maps still', DURING, DONE],
    ['when it is finished at one shard alone', DURING, { ...UNDER_WAY, 3: DONE[3] }],
  ])('%s may have users elsewhere', (_, shards, states) => {
    expect(checkMoves(ask(shards, states))).toBe(false);
  });

  it.each([
    ['drops the next map', DEFAULT_SHARD_MAP],
    ['takes the next map for the present one', SPLIT],
    ['has another next map', joinMaps(DEFAULT_SHARD_MAP, [{ id: 1, from: 'A', to: 'Z' }])],
  ])('is refused when it %s while users move, with the commands that end the move', (_, shards) => {
    expect(() => checkMoves(ask(shards, UNDER_WAY))).toThrow(MovedUsersError);
    expect(() => checkMoves(ask(shards, UNDER_WAY))).toThrow(
      'Users are being moved to or from shard1, and this deployment has not the two maps of that move. Deploy the same ' +
        '"shards" and "nextShards" as before, or end the move first: "npm run shards -- status" says how far it is, and ' +
        '"npm run shards -- finish" or "npm run shards -- abort" ends it.',
    );
  });

  it('is refused with another map than a finished move has made', () => {
    expect(() => checkMoves(ask(DEFAULT_SHARD_MAP, DONE))).toThrow(
      'Users were moved, so that shard1 owns those from A up to G, and this shard map says otherwise. Deploy as "shards" the ' +
        'map that the move has made; "npm run shards -- status" prints it.',
    );
    expect(() => checkMoves(ask(SPLIT, UNDONE))).toThrow('shard1 owns those from A up to N');
    expect(() => checkMoves(ask(SPLIT, { 3: moved() }))).toThrow('shard3 owns nobody');
  });
});

describe('a shard that the map leaves out', () => {
  const recorded = SPLIT;
  const withRecord = (states: Record<number, Partial<ShardState>>) =>
    Object.fromEntries([1, 2, 3].map((id) => [id, { recorded, ...states[id] }]));

  it('may go when the others own everybody', () => {
    checkMissing(ask(DEFAULT_SHARD_MAP, withRecord({ 1: UNDONE[1] })));
  });

  it.each([
    ['before any move', {}],
    ['while its users move', { 1: moving(range('own', 'A', 'G'), range('in', 'G', 'N')) }],
    [
      'after a move of others',
      { 1: moved(range('own', 'A', 'F')), 2: moved(range('own', 'F', 'G'), range('own', 'N')) },
    ],
  ])('is refused %s', (_, states) => {
    const asked = ask(DEFAULT_SHARD_MAP, withRecord(states));
    expect(() => checkMissing(asked)).toThrow(MissingShardsError);
    expect(() => checkMissing(asked)).toThrow(
      'This shard map leaves out shard3, where orders were placed: they would be hidden. Deploy a map that has all shards, and ' +
        'move their users with "npm run shards" first.',
    );
  });

  it('is refused when an earlier release kept only how many there were', () => {
    const earlier = { recorded: [{ id: 1 }, { id: 2 }, { id: 3 }] };
    expect(() => checkMissing(ask(DEFAULT_SHARD_MAP, { 1: earlier, 2: earlier }))).toThrow('leaves out shard3');
  });

  it('may be one that a next map had made and no user has moved to', () => {
    checkMissing(ask(DEFAULT_SHARD_MAP, { 1: { recorded: DEFAULT_SHARD_MAP }, 2: { recorded: DEFAULT_SHARD_MAP } }));
  });
});
