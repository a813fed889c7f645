import { describe, expect, it } from 'vitest';
import {
  checkShardMap,
  DEFAULT_SHARD_MAP,
  describeShard,
  joinMaps,
  nextMap,
  placesFor,
  placesForPrefix,
  presentMap,
  readShardDescription,
  ShardMapError,
  shardDatabase,
  shardFor,
  shardName,
} from './shard-map.ts';

describe('the shard map', () => {
  it.each([
    ['alice', 'shard1'],
    ['Mike', 'shard1'],
    ['nina', 'shard2'],
    ['ZARA', 'shard2'],
  ])('puts %s on %s', (userId, shard) => {
    expect(shardName(shardFor(DEFAULT_SHARD_MAP, userId))).toBe(shard);
  });

  it.each(['', '1alice', 'ärger', 'ſam', '_x'])('has no shard for the user "%s"', (userId) => {
    expect(() => shardFor(DEFAULT_SHARD_MAP, userId)).toThrow(ShardMapError);
  });

  it('names a shard, its letters and its database', () => {
    const shard = shardFor(DEFAULT_SHARD_MAP, 'alice');
    expect([describeShard(shard), shardDatabase(shard)]).toEqual(['shard1 (A-M)', 'orders_shard1']);
  });

  it('may have one shard per letter', () => {
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const map = letters.map((letter, index) => ({ id: index + 1, from: letter, to: letter }));
    expect(checkShardMap(map)).toBe(map);
  });

  it('may have gaps in its ids, and bounds of up to three characters', () => {
    const map = [
      { id: 4, from: 'S', to: 'SL' },
      { id: 26, from: 'SM', to: 'S_' },
      { id: 2, from: 'T', to: 'Z' },
      { id: 7, from: 'A', to: 'R' },
    ];
    expect(checkShardMap(map)).toBe(map);
    expect(['s', 'Sam', 'slz_', 'sm', 'S_x', 'rz'].map((user) => shardFor(map, user).id)).toEqual([4, 4, 4, 26, 26, 7]);
  });

  it.each([
    ['no shards', [], 'Shard ids must be 1 to 26, each at most once; got [].'],
    ['a gap', ranges('A-L', 'N-Z'), 'Every user needs exactly one shard, but those from M on belong to no shard.'],
    ['a gap of one user', ranges('A-R', 'S--Z'), 'those from S on belong to no shard.'],
    ['an end before Z', ranges('A-M', 'N-Y_'), 'those from Z on belong to no shard.'],
    ['an overlap', ranges('A-N', 'N-Z'), 'those from N on belong to shard1 and shard2.'],
    ['an overlap of one prefix', ranges('A-S', 'SM-Z'), 'those from SM on belong to shard1 and shard2.'],
    ['something after the end', ranges('A-Z', 'ZA-ZZ'), 'those from ZA on belong to shard1 and shard2.'],
    ['an id twice', ranges('A-M', 'N-Z').map((range) => ({ ...range, id: 1 })), 'got [1, 1].'],
    ['an id of 0', [{ id: 0, from: 'A', to: 'Z' }], 'got [0].'],
    ['an id above 26', [{ id: 27, from: 'A', to: 'Z' }], 'got [27].'],
    ['a range the wrong way round', ranges('Z-A'), 'Shard 1 must name a range such as A-M or N-SM'],
    ['small letters', ranges('a-z'), 'got "a-z".'],
    ['bounds of four characters', ranges('A-SMIT', 'SMIU-Z'), 'got "A-SMIT".'],
    ['a first bound that is no letter', ranges('1-Z'), 'got "1-Z".'],
    ['half a range', [{ id: 1, from: 'A' }], 'got "A-".'],
    ['a shard that owns nothing', [...DEFAULT_SHARD_MAP, { id: 3 }], 'Shard 3 owns no users, neither now nor next.'],
    [
      'a gap in the next map',
      joinMaps(DEFAULT_SHARD_MAP, [{ id: 1, from: 'A', to: 'K' }]),
      'In the next map, every user needs exactly one shard, but those from L on belong to no shard.',
    ],
  ])('is refused with %s', (_, map, message) => {
    expect(() => checkShardMap(map)).toThrow(ShardMapError);
    expect(() => checkShardMap(map)).toThrow(message);
  });
});

describe('the present map and the next one', () => {
  const NEXT = [
    { id: 1, from: 'A', to: 'F' },
    { id: 5, from: 'G', to: 'SL' },
    { id: 7, from: 'SM', to: 'Z' },
  ];
  const map = joinMaps(DEFAULT_SHARD_MAP, NEXT);

  it('are one list, which gives both again', () => {
    expect(map).toEqual([
      { id: 1, from: 'A', to: 'M', next: ['A', 'F'] },
      { id: 2, from: 'N', to: 'Z' },
      { id: 5, next: ['G', 'SL'] },
      { id: 7, next: ['SM', 'Z'] },
    ]);
    expect(checkShardMap(map)).toBe(map);
    expect(presentMap(map)).toMatchObject(DEFAULT_SHARD_MAP);
    expect(nextMap(map)).toMatchObject(NEXT);
    expect(nextMap(DEFAULT_SHARD_MAP)).toBeUndefined();
    expect(joinMaps(DEFAULT_SHARD_MAP, undefined)).toEqual(DEFAULT_SHARD_MAP);
  });

  it.each([
    ['alice', [1]],
    ['mike', [1, 5]],
    ['nina', [2, 5]],
    ['Sam', [2, 5]],
    ['zara', [2, 7]],
  ])('have %s at shards %j, the present owner first', (userId, ids) => {
    expect(shardFor(map, userId).id).toBe(ids[0]);
    expect(placesFor(map, userId).map(({ id }) => id)).toEqual(ids);
  });

  it('describe a shard by its present range, or by its next one', () => {
    expect(map.map(describeShard)).toEqual(['shard1 (A-M)', 'shard2 (N-Z)', 'shard5 (G-SL)', 'shard7 (SM-Z)']);
  });

  it.each([
    ['a', [1]],
    ['m', [1, 5]],
    ['s', [2, 5, 7]],
    ['SA', [2, 5]],
    ['smith', [2, 7]],
    ['z', [2, 7]],
  ])('have users whose ids begin with %s at shards %j', (prefix, ids) => {
    expect(placesForPrefix(map, prefix).map(({ id }) => id)).toEqual(ids);
  });

  it('have no place for a prefix that no id has', () => {
    expect(() => placesForPrefix(map, '1')).toThrow(ShardMapError);
  });
});

/** Of `from-to`, with ids from 1. */
function ranges(...texts: string[]) {
  return texts.map((text, index) => {
    const [, from = '', to = ''] = /^(.+?)-([^-]+)$/.exec(text) ?? [];
    return { id: index + 1, from, to };
  });
}

describe('the description of a shard', () => {
  it.each(['shard1 (A-M)', 'shard26 (Z-Z)', 'shard3 (SM-S_Z)', 'shard4 (A-B-C.9)'])('is read back: %s', (text) => {
    const shard = readShardDescription(text);
    expect([describeShard(shard), shardName(shard)]).toEqual([text, text.split(' ')[0]]);
  });

  it.each(['', 'shard1', 'shard1 (A-M) ', 'shardx (A-M)', 'shard1 (a-m)'])('is refused: "%s"', (text) => {
    expect(() => readShardDescription(text)).toThrow(ShardMapError);
  });
});
