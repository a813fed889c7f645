import { describe, expect, it } from 'vitest';
import { failedRecords } from './partial-response.ts';
import { offsetsOf, records } from './poller-fixture.ts';

const batch = records(40, 44);
const failedOffsets = (result: unknown) => offsetsOf(failedRecords(JSON.stringify(result), batch));
const identifier = (offset: unknown, partition: unknown = 'orders-3') => ({ itemIdentifier: { partition, offset } });

describe('the result of a function that reports failures', () => {
  it.each([[null], [''], [{}], [{ batchItemFailures: [] }], [{ batchItemFailures: null }], [{ other: 1 }]])(
    '%j means success',
    (result) => {
      expect(failedOffsets(result)).toEqual([]);
    },
  );

  it('names the records that failed, whatever their order', () => {
    expect(failedOffsets({ batchItemFailures: [identifier(43), identifier(41), identifier(43)] })).toEqual([41, 43]);
  });

  it.each([
    ['a text', 'ok'],
    ['a list that is none', { batchItemFailures: 'x' }],
    ['a record that was not sent', { batchItemFailures: [identifier(41), identifier(99)] }],
    ['another partition', { batchItemFailures: [identifier(41, 'orders-4')] }],
    ['an offset as text', { batchItemFailures: [identifier('41')] }],
    ['an identifier as text', { batchItemFailures: [{ itemIdentifier: 'orders-3' }] }],
    ['an empty identifier', { batchItemFailures: [{ itemIdentifier: null }] }],
  ])('with %s means that the whole batch failed', (_case, result) => {
    expect(failedOffsets(result)).toEqual([40, 41, 42, 43, 44]);
  });
});
