import { describe, expect, it } from 'vitest';
import { brokerList, readEnvironment, shardMap, text } from './environment.ts';

const MAP = [
  { id: 1, from: 'A', to: 'M', secret: 'orderflow/dev/shard1/orderuser' },
  { id: 2, from: 'N', to: 'Z', secret: 'orderflow/dev/shard2/orderuser' },
];

describe('reading the environment', () => {
  it('gives the variables as what they mean', () => {
    const variables = { SHARD_MAP: shardMap, KAFKA_BROKERS: brokerList, BUCKET: text };
    const environment = { SHARD_MAP: JSON.stringify(MAP), KAFKA_BROKERS: 'b-1:9098,b-2:9098', BUCKET: 'x' };
    expect(readEnvironment(variables, environment)).toEqual({
      SHARD_MAP: MAP,
      KAFKA_BROKERS: ['b-1:9098', 'b-2:9098'],
      BUCKET: 'x',
    });
  });

  it.each([
    ['missing', {}, /RECEIPTS_BUCKET/],
    ['empty', { RECEIPTS_BUCKET: '' }, /RECEIPTS_BUCKET/],
  ])('names a variable that is %s', (_, environment, message) => {
    expect(() => readEnvironment({ RECEIPTS_BUCKET: text }, environment)).toThrow(message);
  });

  it.each([
    ['not JSON', '{', /SHARD_MAP.*not JSON/],
    ['not a list', '{}', /SHARD_MAP/],
    ['without a secret', '[{"id":1,"from":"A","to":"Z"}]', /SHARD_MAP \(0\.secret\)/],
    ['not covering A-Z', JSON.stringify(MAP.slice(0, 1)), /SHARD_MAP.*N belongs to no shard/],
  ])('refuses a shard map that is %s', (_, value, message) => {
    expect(() => readEnvironment({ SHARD_MAP: shardMap }, { SHARD_MAP: value })).toThrow(message);
  });

  it.each(['broker', 'broker:', ':9092', 'a:1,,b:2', 'a:1 b:2'])('refuses the broker list "%s"', (value) => {
    expect(() => readEnvironment({ KAFKA_BROKERS: brokerList }, { KAFKA_BROKERS: value })).toThrow(/KAFKA_BROKERS/);
  });
});
