import { describe, expect, it } from 'vitest';
import {
  checkShardMap,
  DEFAULT_SHARD_MAP,
  describeShard,
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

  it.each([
    ['no shards', []],
    [
      'a gap in the letters',
      [
        { id: 1, from: 'A', to: 'L' },
        { id: 2, from: 'N', to: 'Z' },
      ],
    ],
    [
      'a letter on two shards',
      [
        { id: 1, from: 'A', to: 'N' },
        { id: 2, from: 'N', to: 'Z' },
      ],
    ],
    [
      'an id twice',
      [
        { id: 1, from: 'A', to: 'M' },
        { id: 1, from: 'N', to: 'Z' },
      ],
    ],
    ['ids that do not start at 1', [{ id: 2, from: 'A', to: 'Z' }]],
    ['a range the wrong way round', [{ id: 1, from: 'Z', to: 'A' }]],
    ['small letters', [{ id: 1, from: 'a', to: 'z' }]],
  ])('is refused with %s', (_, map) => {
    expect(() => checkShardMap(map)).toThrow(ShardMapError);
  });
});
