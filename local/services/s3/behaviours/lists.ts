import { expect } from 'vitest';
import { api, behaviour, guide, ONLY_JAVASCRIPT } from './behaviour.ts';
import { BOTH, FOLDER, namesIn, putAll } from './list-pages.ts';

/** Lists of objects. */
export const lists = [
  ...BOTH.flatMap(([operation, pages]) => [
    behaviour(`${operation} of an empty bucket has no contents`, api(operation), (s3) =>
      s3.call(operation, {}, { IsTruncated: false, MaxKeys: 1000, Contents: undefined, CommonPrefixes: undefined }),
    ),
    behaviour(`${operation} describes each object`, api(operation), async (s3) => {
      await s3.put('k', 'hello world', { ChecksumAlgorithm: 'CRC32' });
      const { headers } = await s3.call('HeadObject', { Key: 'k' });
      const { Contents } = await s3.call(operation, {}, { Name: s3.bucket, Prefix: '' });
      const [{ LastModified, ...object }] = Contents as [{ LastModified: string }];
      expect(Math.floor(Date.parse(LastModified) / 1000)).toBe(Date.parse(headers['last-modified'] ?? '') / 1000);
      const described = { Key: 'k', Size: 11, StorageClass: 'STANDARD', ETag: '"5eb63bbbe01eeed093cb22bb8f5acdc3"' };
      expect(object).toMatchObject({ ...described, ChecksumAlgorithm: ['CRC32'], ChecksumType: 'FULL_OBJECT' });
    }),
    behaviour(`${operation} is in the order of the keys' UTF-8 bytes`, api(operation), async (s3) => {
      // UTF-16, which JavaScript compares, has the last two the other way round.
      const ordered = ['!', '007', 'B', 'a', 'a b', 'a/b', 'ab', 'é', '日', '～', '😀'];
      await putAll(s3, ordered.toReversed());
      expect((await pages(s3, {})).flat()).toEqual(ordered);
      expect((await pages(s3, { MaxKeys: 3 })).flat()).toEqual(ordered);
    }),
    behaviour(`${operation} with a prefix has the keys that begin with it`, api(operation), async (s3) => {
      await putAll(s3, ['test/bar/foo/123', 'test/foo/bar/123', 'test/foo/bar/456', 'testing', 'tesT/foo']);
      expect(await pages(s3, { Prefix: 'test/foo' })).toEqual([['test/foo/bar/123', 'test/foo/bar/456']]);
      expect(await pages(s3, { Prefix: 'none' })).toEqual([[]]);
    }),
    behaviour(`${operation} takes wildcards of databases in a prefix literally`, api(operation), async (s3) => {
      await putAll(s3, ['a%b', 'a_b', 'aXb', 'a*b', 'a?b', 'a[b']);
      expect(await pages(s3, { Prefix: 'a_' })).toEqual([['a_b']]);
      expect(await pages(s3, { Prefix: 'a%' })).toEqual([['a%b']]);
      expect(await pages(s3, { Prefix: 'a*' })).toEqual([['a*b']]);
      expect(await pages(s3, { Prefix: 'a[' })).toEqual([['a[b']]);
    }),
    behaviour(
      `${operation} with a delimiter rolls keys up into common prefixes`,
      guide('using-prefixes'),
      async (s3) => {
        await putAll(s3, [...FOLDER, 'folder/', 'other/1', 'top']);
        expect(await pages(s3, { Delimiter: '/' })).toEqual([['top', 'folder/', 'other/']]);
        expect(await pages(s3, { Delimiter: '/', Prefix: 'folder/' })).toEqual([
          ['folder/', 'folder/file1', 'folder/file2', 'folder/aSubfolder/'],
        ]);
        expect(await pages(s3, { Delimiter: '/', Prefix: 'folder' })).toEqual([['folder/']]);
      },
    ),
    behaviour(`${operation} takes any text as delimiter`, guide('using-prefixes'), async (s3) => {
      await putAll(s3, ['a--1', 'a--2', 'a-3', 'über 1', 'über 2', '%%']);
      expect(await pages(s3, { Delimiter: '--' })).toEqual([['%%', 'a-3', 'über 1', 'über 2', 'a--']]);
      expect(await pages(s3, { Delimiter: 'ber ' })).toEqual([['%%', 'a--1', 'a--2', 'a-3', 'über ']]);
      expect(await pages(s3, { Delimiter: '%' })).toEqual([['a--1', 'a--2', 'a-3', 'über 1', 'über 2', '%']]);
    }),
    behaviour(`${operation} takes an empty delimiter for none`, api(operation), async (s3) => {
      await putAll(s3, FOLDER);
      expect(await pages(s3, { Delimiter: '' })).toEqual([FOLDER]);
    }),
    behaviour(
      `${operation} counts a common prefix as one of max-keys, and names it once`,
      api(operation),
      async (s3) => {
        await putAll(s3, FOLDER);
        const input = { Delimiter: '/', Prefix: 'folder/' };
        expect(await pages(s3, { ...input, MaxKeys: 1 })).toEqual([
          ['folder/aSubfolder/'],
          ['folder/file1'],
          ['folder/file2'],
        ]);
        expect(await pages(s3, { ...input, MaxKeys: 2 })).toEqual([
          ['folder/file1', 'folder/aSubfolder/'],
          ['folder/file2'],
        ]);
        expect(await pages(s3, { ...input, MaxKeys: 3 })).toEqual([
          ['folder/file1', 'folder/file2', 'folder/aSubfolder/'],
        ]);
      },
    ),
    behaviour(
      `${operation} goes on behind a common prefix whose last character is the last of all`,
      api(operation),
      async (s3) => {
        const last = '\u{10ffff}';
        await putAll(s3, [`a${last}1`, `a${last}2`, `b${last}1`, 'c']);
        const found = (await pages(s3, { Delimiter: last, MaxKeys: 1 })).flat();
        expect(found).toEqual([`a${last}`, `b${last}`, 'c']);
      },
    ),
    behaviour(`${operation} in pages has each of many nested keys once`, api(operation), async (s3) => {
      const all = Array.from(
        { length: 60 },
        (_, index) => `${index % 4}/${index % 3}/${String(index).padStart(2, '0')}`,
      );
      await putAll(s3, all);
      expect((await pages(s3, { MaxKeys: 7 })).flat()).toEqual(all.toSorted());
    }),
    behaviour(`${operation} with max-keys 0 is empty and not truncated`, api(operation), async (s3) => {
      await s3.put('k');
      await s3.call(operation, { MaxKeys: 0 }, { IsTruncated: false, MaxKeys: 0, Contents: undefined });
    }),
    behaviour(`${operation} with max-keys below 0 is InvalidArgument`, api(operation), (s3) =>
      s3.call(operation, { MaxKeys: -1 }, { status: 400, code: 'InvalidArgument' }),
    ),
    behaviour(`${operation} knows no encoding-type but url`, api(operation), (s3) =>
      s3.call(
        operation,
        { EncodingType: 'value' },
        {
          status: 400,
          code: 'InvalidArgument',
          message: 'Invalid Encoding Method specified in Request',
          ArgumentName: 'encoding-type',
          ArgumentValue: 'value',
        },
      ),
    ),
    behaviour(
      `${operation} with encoding-type=url encodes keys, prefixes and delimiter`,
      api(operation),
      async (s3) => {
        await putAll(s3, ['date=2026-01-01/a b', 'date=2026-01-02', 'ü+1/x']);
        const input = { EncodingType: 'url', Delimiter: '/', Prefix: '' };
        const answer = await s3.call(operation, input, { EncodingType: 'url', Delimiter: '/' });
        expect(namesIn(answer)).toEqual(['date%3D2026-01-02', 'date%3D2026-01-01/', '%C3%BC%2B1/']);
        const below = await s3.call(operation, { EncodingType: 'url', Prefix: 'date=2026-01-01/' });
        expect([below.Prefix, ...namesIn(below)]).toEqual(['date%3D2026-01-01/', 'date%3D2026-01-01/a+b']);
      },
    ),
    behaviour(`${operation} in a missing bucket is NoSuchBucket`, api(operation), (s3) =>
      s3.call(operation, { Bucket: 'no-such-bucket-1' }, { status: 404, code: 'NoSuchBucket' }),
    ),
  ]),
  behaviour(
    'lists have 1,000 keys on a page at most',
    api('ListObjectsV2'),
    async (s3) => {
      const all = Array.from({ length: 1005 }, (_, index) => `k${String(index).padStart(4, '0')}`);
      for (let from = 0; from < all.length; from += 50) {
        await Promise.all(all.slice(from, from + 50).map((key) => s3.put(key)));
      }
      for (const [, pages] of BOTH) {
        expect((await pages(s3, { MaxKeys: 2000 })).map((page) => page.length)).toEqual([1000, 5]);
      }
    },
    ONLY_JAVASCRIPT,
  ), // boto3 would only repeat the thousand writes
];
