import { beforeAll, beforeEach, expect, it } from 'vitest';
import { SHARD, TestShard } from '../../../tests/support/test-shard.ts';
import { PostgresPartHistory } from './part-history.ts';

let shard: TestShard;
let history: PostgresPartHistory;

const observe = async (parts: Record<string, boolean>) =>
  (await history.observe(SHARD, new Map(Object.entries(parts)))).map(({ part, up }) => `${part} ${up ? 'up' : 'down'}`);

beforeAll(async () => {
  shard = await TestShard.create();
});
beforeEach(async () => {
  await shard.sql('TRUNCATE part_transitions');
  const databases = shard.open();
  history = new PostgresPartHistory(databases);
  return () => databases.close();
});

it('notes a part when it goes down and when it is back, and nothing while it stays as it is', async () => {
  expect(await observe({ kafka: true, receipts: true })).toEqual([]);
  expect(await observe({ kafka: false, receipts: true })).toEqual(['kafka down']);
  expect(await observe({ kafka: false, receipts: true })).toEqual(['kafka down']);
  expect(await observe({ kafka: true, receipts: false })).toEqual(['kafka up', 'receipts down', 'kafka down']);
  expect(await shard.sql('SELECT count(*)::int FROM part_transitions')).toEqual([{ count: 3 }]);
});

it('tells of the last 24 hours, remembers the state for longer, and forgets after 30 days', async () => {
  await observe({ kafka: false, receipts: false });
  await shard.sql(`UPDATE part_transitions SET at = now() - interval '25 hours' WHERE part = 'kafka'`);
  await shard.sql(`UPDATE part_transitions SET at = now() - interval '31 days' WHERE part = 'receipts'`);
  expect(await observe({ kafka: false })).toEqual([]);
  expect(await shard.sql('SELECT part FROM part_transitions')).toEqual([{ part: 'kafka' }]);
});
