import { describe, expect, it } from 'vitest';
import { matchesName, namesBehind } from './resource-names.ts';

const TOPICS = 'arn:aws:kafka:us-east-1:000000000000:topic/shop/1-2/';

describe('what an ARN of a policy says of the topics of a cluster', () => {
  it.each([
    ['one topic', `${TOPICS}orders`, ['orders']],
    ['topics with a prefix', `${TOPICS}orders-*`, ['orders-*']],
    ['topics with an ending', `${TOPICS}*_test`, ['*_test']],
    ['all topics of the cluster, whatever its UUID', 'arn:aws:kafka:us-east-1:000000000000:topic/shop/*', ['*']],
    [
      'one topic, whatever the UUID',
      'arn:aws:kafka:us-east-1:000000000000:topic/shop/*/orders',
      ['*/orders', 'orders'],
    ],
    ['everything', '*', ['*']],
    ['a character left open', `${TOPICS.replace('shop', 'sh?p')}orders`, ['orders']],
    ['a policy variable', `${TOPICS}\${aws:username}-orders`, ['*-orders']],
    ['topics of another cluster', TOPICS.replace('shop', 'shop2'), []],
    ['a group', TOPICS.replace(':topic/', ':group/'), []],
    ['the cluster', 'arn:aws:kafka:us-east-1:000000000000:cluster/shop/1-2', []],
  ])('%s', (_, pattern, names) => {
    expect(namesBehind(TOPICS, pattern).sort()).toEqual(names);
  });
});

it('a name is compared with a pattern as a whole, and dots are dots', () => {
  expect(['a.test', 'a.test2', 'b-test', '.test'].filter((name) => matchesName('*.test', name))).toEqual([
    'a.test',
    '.test',
  ]);
  expect(['ab', 'abc', 'a'].filter((name) => matchesName('a?', name))).toEqual(['ab']);
});
