import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../services-fixture.ts';
import { type ListQuery, successor } from './listing.ts';
import { ObjectStore } from './object-store.ts';

const BUCKET = 'the-bucket';
let store: ObjectStore;
beforeEach(() => {
  store = new ObjectStore(join(temporaryFolder(), 's3'));
  onTestFinished(() => store.close());
  store.createBucket(BUCKET);
});

function put(...keys: string[]): void {
  const checksum = { algorithm: 'CRC32', type: 'FULL_OBJECT', value: 'AAAAAA==' } as const;
  for (const key of keys) {
    store.put(BUCKET, key, { content: { size: 0, bytes: Buffer.alloc(0) }, etag: 'e', checksum, headers: {} });
  }
}

function list(query: Partial<ListQuery> = {}) {
  const { entries, isTruncated } = store.list(BUCKET, { prefix: '', delimiter: '', after: '', limit: 1000, ...query });
  return { names: entries.map((entry) => ('prefix' in entry ? entry.prefix : entry.object.key)), isTruncated };
}

/** All pages of a size, each after the last entry of the one before. */
function pages(query: Partial<ListQuery> & { limit: number }): string[] {
  const names: string[] = [];
  for (let [after, more] = ['', true]; more; ) {
    const page = list({ ...query, after });
    expect(page.names.length).toBeLessThanOrEqual(query.limit);
    names.push(...page.names);
    [after, more] = [page.names.at(-1) ?? '', page.isTruncated];
  }
  return names;
}

describe('a listing', () => {
  it('is in the order of the bytes of UTF-8, which is not that of JavaScript', () => {
    const keys = ['a', 'a/b', 'a-b', 'Z', 'ä', '\u{ffff}', '\u{10000}', '日本'];
    put(...keys);
    const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(sorted).not.toEqual(keys.toSorted());
    for (const limit of [1, 2, 3, 1000]) expect(pages({ limit })).toEqual(sorted);
  });

  it('gathers keys below a delimiter once, and counts what gathers them, whatever the size of its pages', () => {
    put('d/x', 'd/y/1', 'd/y/2', 'd/z', 'd/é/1', 'e');
    for (const limit of [1, 2, 3, 1000]) {
      expect(pages({ prefix: 'd/', delimiter: '/', limit })).toEqual(['d/x', 'd/y/', 'd/z', 'd/é/']);
      expect(pages({ delimiter: '/', limit })).toEqual(['d/', 'e']);
    }
  });

  it('begins after a key, and after what gathers that key', () => {
    put('folder/sub/1', 'folder/sub/2', 'folder/x');
    expect(list({ after: 'folder/sub/1' }).names).toEqual(['folder/sub/2', 'folder/x']);
    expect(list({ after: 'folder/sub/1', prefix: 'folder/', delimiter: '/' }).names).toEqual(['folder/x']);
    expect(list({ after: 'a', prefix: 'folder/s' }).names).toEqual(['folder/sub/1', 'folder/sub/2']);
    expect(list({ after: 'z', prefix: 'folder/s' }).names).toEqual([]);
  });

  it('is empty and complete for no keys at all, wanted or there', () => {
    expect(list()).toEqual({ names: [], isTruncated: false });
    put('a');
    expect(list({ limit: 0 })).toEqual({ names: [], isTruncated: false });
    expect(list({ prefix: 'b' })).toEqual({ names: [], isTruncated: false });
  });

  it('goes on behind all keys that a prefix gathers', () => {
    for (let index = 0; index < 40; index++) put(...Array.from({ length: 50 }, (_, key) => `${index + 10}/${key}`));
    expect(list({ delimiter: '/', limit: 10 })).toEqual({
      names: Array.from({ length: 10 }, (_, index) => `${index + 10}/`),
      isTruncated: true,
    });
  });
});

describe('successor', () => {
  it.each([
    ['a/', 'a0'],
    ['\u{d7ff}', '\u{e000}'],
    ['a\u{10ffff}', 'b'],
    ['\u{10ffff}', undefined],
    ['', undefined],
  ])('of %j is %j', (beginning, expected) => {
    expect(successor(beginning)).toBe(expected);
  });
});
