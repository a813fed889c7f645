import { describe, expect, it } from 'vitest';
import { readEnvironment } from './environment.ts';
import { shards, shardsWithAllSecrets } from './shard-variables.ts';

const MAP = [
  { id: 1, from: 'A', to: 'M', secret: 'orderflow/dev/shard1/orderuser' },
  { id: 2, from: 'N', to: 'Z', secret: 'orderflow/dev/shard2/orderuser' },
];

const read = (environment: NodeJS.ProcessEnv) => readEnvironment({ database: shards }, environment).database;

describe('the variables of the shards', () => {
  it('give the shards with the names of their secrets', () => {
    expect(read({ SHARD_MAP: JSON.stringify(MAP), DATABASE_TLS: 'on' })).toEqual({ shards: MAP, tls: true });
  });

  it('give the next map beside the present one', () => {
    const map = [
      { ...MAP[0], next: ['A', 'F'] },
      { ...MAP[1], next: ['N', 'Z'] },
      { id: 3, secret: 'orderflow/dev/shard3/orderuser', next: ['G', 'M'] },
    ];
    expect(read({ SHARD_MAP: JSON.stringify(map), DATABASE_TLS: 'on' }).shards).toEqual(map);
  });

  it.each([
    ['not JSON', '{', /SHARD_MAP.*not JSON/],
    ['not a list', '{}', /SHARD_MAP/],
    ['without a secret', '[{"id":1,"from":"A","to":"Z"}]', /SHARD_MAP \(0\.secret\)/],
    ['of a shard without users', '[{"id":1,"secret":"s"}]', /SHARD_MAP: Shard 1 owns no users/],
    [
      'half a next map',
      JSON.stringify([{ ...MAP[0], next: ['A', 'M'] }, MAP[1]]),
      /SHARD_MAP: In the next map, .*from N/,
    ],
    ['not covering A-Z', JSON.stringify(MAP.slice(0, 1)), /SHARD_MAP.*from N on belong to no shard/],
  ])('are refused when the map is %s', (_, value, message) => {
    expect(() => read({ SHARD_MAP: value, DATABASE_TLS: 'on' })).toThrow(message);
  });

  it('are refused without the master secrets where they are needed', () => {
    const environment = { SHARD_MAP: JSON.stringify(MAP), DATABASE_TLS: 'on' };
    expect(() => readEnvironment({ database: shardsWithAllSecrets }, environment)).toThrow(/0\.masterSecret/);
  });

  it('name the secret of the mover of each shard by one pattern', () => {
    const SHARD_MAP = JSON.stringify(MAP.map((each) => ({ ...each, masterSecret: 'master' })));
    const environment = { SHARD_MAP, DATABASE_TLS: 'on', MOVER_SECRETS: 'orderflow/dev/{shard}/ordermover' };
    const { shards } = readEnvironment({ database: shardsWithAllSecrets }, environment).database;
    expect(shards.map(({ moverSecret }) => moverSecret)).toEqual([
      'orderflow/dev/shard1/ordermover',
      'orderflow/dev/shard2/ordermover',
    ]);
    expect(() =>
      readEnvironment({ database: shardsWithAllSecrets }, { ...environment, MOVER_SECRETS: undefined }),
    ).toThrow('MOVER_SECRETS');
  });

  it.each([
    ['on', true],
    ['off', false],
  ])('take DATABASE_TLS=%s as %s', (value, tls) => {
    expect(read({ SHARD_MAP: JSON.stringify(MAP), DATABASE_TLS: value }).tls).toBe(tls);
  });

  it.each([undefined, '', 'yes', 'true', 'IAM'])('have no guess for DATABASE_TLS=%s', (value) => {
    expect(() => read({ SHARD_MAP: JSON.stringify(MAP), DATABASE_TLS: value })).toThrow(/DATABASE_TLS/);
  });
});
