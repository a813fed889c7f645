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

  it('name the secrets of all users where they are needed, by one pattern for all shards', () => {
    const environment = {
      SHARD_MAP: JSON.stringify(MAP),
      DATABASE_TLS: 'on',
      MASTER_SECRETS: 'orderflow/dev/{shard}/master',
      MOVER_SECRETS: 'orderflow/dev/{shard}/ordermover',
    };
    const readAll = (more: object) => readEnvironment({ database: shardsWithAllSecrets }, { ...environment, ...more });
    expect(readAll({}).database).toEqual({
      shards: MAP.map((shard) => ({
        ...shard,
        masterSecret: `orderflow/dev/shard${shard.id}/master`,
        moverSecret: `orderflow/dev/shard${shard.id}/ordermover`,
      })),
      tls: true,
    });
    for (const name of ['MASTER_SECRETS', 'MOVER_SECRETS']) {
      expect(() => readAll({ [name]: undefined })).toThrow(name);
      expect(() => readAll({ [name]: 'orderflow/dev/shard1/master' })).toThrow(name);
    }
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
