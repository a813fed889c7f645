import { describe, expect, it } from 'vitest';
import { offsetsOf, record, records } from './poller-fixture.ts';
import { RecordBuffer } from './record-buffer.ts';

describe('a batch', () => {
  it('is due when its window, counted from its first record, is over', () => {
    const buffer = new RecordBuffer(100, 500);
    expect(buffer.dueIn(0)).toBeUndefined();
    buffer.add(records(0, 1), 1000);
    buffer.add(records(2, 3), 1400);
    expect(buffer.dueIn(1400)).toBe(100);
    expect(buffer.dueIn(1500)).toBe(0);
    expect(offsetsOf(buffer.take())).toEqual([0, 1, 2, 3]);
    expect(buffer.dueIn(1500)).toBeUndefined();
  });

  it('is due at once, with all that is there, when there is no window', () => {
    const buffer = new RecordBuffer(100, 0);
    buffer.add(records(0, 1), 1000);
    buffer.add(records(2, 2), 1001);
    expect(buffer.dueIn(1001)).toBe(0);
    expect(offsetsOf(buffer.take())).toEqual([0, 1, 2]);
  });

  it('is due at once when it is full, and takes no more than its size', () => {
    const buffer = new RecordBuffer(3, 500);
    buffer.add(records(0, 3), 1000);
    expect(buffer.full).toBe(true);
    expect(buffer.dueIn(1000)).toBe(0);
    expect(offsetsOf(buffer.take())).toEqual([0, 1, 2]);
    expect(buffer.full).toBe(false);
    expect(buffer.dueIn(1000)).toBe(500);
  });

  it('stays below 6 MB, counted in base64, but holds at least one record', () => {
    const buffer = new RecordBuffer(100, 500);
    const large = (offset: number, mib: number) => record(offset, { value: Buffer.alloc(mib * 1024 * 1024) });
    buffer.add([large(0, 2), large(1, 2), large(2, 2), large(3, 5)], 1000);
    expect(buffer.dueIn(1000)).toBe(0);
    expect(offsetsOf(buffer.take())).toEqual([0, 1]);
    expect(offsetsOf(buffer.take())).toEqual([2]);
    expect(offsetsOf(buffer.take())).toEqual([3]);
  });
});
