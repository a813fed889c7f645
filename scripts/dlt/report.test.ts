import { describe, expect, it } from 'vitest';
import type { ListedRecord } from '../../functions/dlt/dead-letters.ts';
import { handledText, listingText } from './report.ts';

const record: ListedRecord = {
  id: 'orders-3-42',
  topic: 'orders',
  partition: 3,
  offset: 42,
  timestamp: '2026-11-22T09:30:00.123Z',
  cause: { condition: 'RetriesExhausted', attempts: 4, requestId: 'r-1', at: '2026-11-22T09:30:15.456Z' },
  key: 'alice',
  value: 'oops',
  size: 4,
};

describe('the list of dead letters', () => {
  it('is a table with a line for each', () => {
    const large = { ...record, id: 'orders-10-7', key: null, value: 'x'.repeat(2048), size: 900 * 1024 };
    const neverTried = { ...large.cause, attempts: null };
    expect(listingText({ records: [record, { ...large, cause: neverTried }], total: 2 })).toBe(
      [
        'ID           GIVEN UP              CAUSE             TRIES  KEY     SIZE    VALUE',
        'orders-3-42  2026-11-22 09:30:15Z  RetriesExhausted  4      alice   4 B     oops',
        `orders-10-7  2026-11-22 09:30:15Z  RetriesExhausted  -      (none)  900 KB  ${'x'.repeat(47)}…`,
        '',
        '2 records. The log of consume-orders says at its offset why one was given up.',
      ].join('\n'),
    );
  });

  it('says why a value is missing, and leaves out a time that no calendar has', () => {
    const odd = {
      ...record,
      timestamp: null,
      cause: { ...record.cause, at: null },
      value: null,
      valueMissing: 'It is lost.',
    };
    const [, row] = listingText({ records: [odd], total: 1 }).split('\n');
    expect(row).toBe('orders-3-42  -         RetriesExhausted  4      alice  -     (missing) It is lost.');
  });

  it('says how many it leaves out', () => {
    expect(listingText({ records: [record], total: 3 })).toContain('... and 2 more');
  });

  it('says so when there is nothing', () => {
    expect(listingText({ records: [], total: 0 })).toMatch(/nothing to do/);
  });

  it('does not let a record steer the terminal', () => {
    const hostile = { ...record, key: '\u009b2J', value: '\u001b[2J{\n\t"a": 1}' };
    const [, row] = listingText({ records: [hostile], total: 1 }).split('\n');
    expect(row).toContain(' 2J ');
    expect(row).toMatch(/ \[2J\{ "a": 1\}$/);
  });
});

it('what was done is told in a sentence', () => {
  const at = '2026-11-22T10:00:00Z';
  expect(handledText({ id: 'orders-3-42', action: 'replay', at })).toMatch(/^orders-3-42 was published again/);
  expect(handledText({ id: 'orders-3-42', action: 'drop', at })).toBe('orders-3-42 is no longer listed.');
});
