import { expect, it } from 'vitest';
import { parseHealth } from './health.ts';

it('reads each part from its own check', () => {
  expect(parseHealth({ status: 'unhealthy', checks: { shard1: 'up', kafka: 'down' } })).toEqual([
    { name: 'shard1', up: true },
    { name: 'kafka', up: false },
  ]);
});

it('takes nothing for up that is not said to be', () => {
  expect(parseHealth({ status: 'healthy', checks: { receipts: null } })).toEqual([{ name: 'receipts', up: false }]);
  expect(parseHealth({ status: 'healthy' })).toEqual([]);
});
