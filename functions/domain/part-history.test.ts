import { describe, expect, it } from 'vitest';
import { MemoryPartHistory } from '../testing/memory-part-history.ts';
import { MemoryLog } from '../testing/ports.ts';
import { mergeHistories, observeParts, type Transition } from './part-history.ts';
import { DEFAULT_SHARD_MAP } from './shard-map.ts';

const went = (part: string, state: 'up' | 'down', second: number): Transition => ({
  part,
  up: state === 'up',
  at: new Date(second * 1_000),
});

describe('the histories of several shards', () => {
  it('are one, in which what both noticed happened once, when the first noticed it', () => {
    const merged = mergeHistories([
      [went('kafka', 'down', 1), went('kafka', 'up', 9)],
      [went('kafka', 'down', 3), went('kafka', 'up', 8), went('shard1', 'down', 2), went('kafka', 'down', 20)],
    ]);
    expect(merged).toEqual([
      went('kafka', 'down', 20),
      went('kafka', 'up', 8),
      went('shard1', 'down', 2),
      went('kafka', 'down', 1),
    ]);
  });
});

describe('observing the parts', () => {
  it('is noted in every shard that is up', async () => {
    const history = new MemoryPartHistory();
    const parts = new Map([
      ['shard1', false],
      ['shard2', true],
      ['kafka', false],
    ]);
    const known = await observeParts(parts, DEFAULT_SHARD_MAP, history, new MemoryLog());
    expect(known.map(({ part, up }) => [part, up]).sort()).toEqual([
      ['kafka', false],
      ['shard1', false],
    ]);
    expect(Object.keys(history.noted)).toEqual(['shard2']);
  });

  it('goes on without a shard that fails meanwhile', async () => {
    const history = new MemoryPartHistory();
    const log = new MemoryLog();
    history.unavailable.add('shard1');
    const parts = new Map([['kafka', false]]);
    expect(await observeParts(parts, DEFAULT_SHARD_MAP, history, log)).toHaveLength(1);
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { shard: 'shard1' } }]);
  });
});
