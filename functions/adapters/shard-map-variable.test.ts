import { describe, expect, it } from 'vitest';
import { readEnvironment } from './environment.ts';
import { shardMap, shardMapWithMasters } from './shard-map-variable.ts';

const MAP = [
  { id: 1, from: 'A', to: 'M', secret: 'orderflow/dev/shard1/orderuser' },
  { id: 2, from: 'N', to: 'Z', secret: 'orderflow/dev/shard2/orderuser' },
];

describe('the shard map variable', () => {
  it('gives the shards with the names of their secrets', () => {
    expect(readEnvironment({ SHARD_MAP: shardMap }, { SHARD_MAP: JSON.stringify(MAP) })).toEqual({ SHARD_MAP: MAP });
  });

  it.each([
    ['not JSON', '{', /SHARD_MAP.*not JSON/],
    ['not a list', '{}', /SHARD_MAP/],
    ['without a secret', '[{"id":1,"from":"A","to":"Z"}]', /SHARD_MAP \(0\.secret\)/],
    ['not covering A-Z', JSON.stringify(MAP.slice(0, 1)), /SHARD_MAP.*N belongs to no shard/],
  ])('is refused when it is %s', (_, value, message) => {
    expect(() => readEnvironment({ SHARD_MAP: shardMap }, { SHARD_MAP: value })).toThrow(message);
  });

  it('is refused without the master secrets where they are needed', () => {
    const environment = { SHARD_MAP: JSON.stringify(MAP) };
    expect(() => readEnvironment({ SHARD_MAP: shardMapWithMasters }, environment)).toThrow(/0\.masterSecret/);
  });
});
