import { expect, it } from 'vitest';
import { atAnyShard } from './at-any-shard.ts';
import { DEFAULT_SHARD_MAP, type ShardRange } from './shard-map.ts';

/** Takes what it has, and notes what it was asked for. @param has what each shard has in each round */
function shardsWith(has: Record<number, string[][]>) {
  const asked: string[] = [];
  const work = async ({ id }: ShardRange, items: readonly string[]) => {
    asked.push(`${id}: ${items.join(' ')}`);
    const here = has[id]?.shift() ?? [];
    return items.filter((item) => !here.includes(item));
  };
  return { asked, work };
}

it('asks one shard for what that has', async () => {
  const { asked, work } = shardsWith({ 2: [['a', 'b']] });
  expect([await atAnyShard(2, DEFAULT_SHARD_MAP, ['a', 'b'], work), asked]).toEqual([[], ['2: a b']]);
});

it('asks the others for the rest alone', async () => {
  const { asked, work } = shardsWith({ 1: [['b']], 2: [['a']] });
  expect([await atAnyShard(2, DEFAULT_SHARD_MAP, ['a', 'b'], work), asked]).toEqual([[], ['2: a b', '1: b']]);
});

it('finds what moves to a shard after that was asked', async () => {
  const { work } = shardsWith({ 1: [[], ['a']], 2: [[], []] });
  expect(await atAnyShard(1, DEFAULT_SHARD_MAP, ['a'], work)).toEqual([]);
});

it('asks all for what should be at one that it does not know, twice, and gives back what none has', async () => {
  const { asked, work } = shardsWith({});
  expect(await atAnyShard(3, DEFAULT_SHARD_MAP, ['a'], work)).toEqual(['a']);
  expect(asked).toEqual(['1: a', '2: a', '1: a', '2: a']);
});
