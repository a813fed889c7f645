import { expect } from 'vitest';
import { api, behaviour, guide, ONLY_JAVASCRIPT, reference } from './behaviour.ts';
import type { Session } from './session.ts';

const FOLDER = ['folder/aSubfolder/subFile1', 'folder/aSubfolder/subFile2', 'folder/file1', 'folder/file2'];
const NUMBERED = Array.from({ length: 10 }, (_, index) => `test_${index}`);

async function putAll(s3: Session, keys: readonly string[]): Promise<void> {
  for (const key of keys) await s3.put(key);
}

/** The names in an answer: keys, then common prefixes. */
function namesIn(answer: object): string[] {
  const { Contents = [], CommonPrefixes = [] } = answer as {
    Contents?: { Key: string }[];
    CommonPrefixes?: { Prefix: string }[];
  };
  return [...Contents.map(({ Key }) => Key), ...CommonPrefixes.map(({ Prefix }) => Prefix)];
}

/** The pages of a list, each as its names, in both versions of the operation. */
async function pagesV2(s3: Session, input: object): Promise<string[][]> {
  const pages = [];
  for (let next: object = {}; ; ) {
    const page = await s3.call('ListObjectsV2', { ...input, ...next });
    expect(page.KeyCount).toBe(namesIn(page).length);
    pages.push(namesIn(page));
    if (!page.IsTruncated) return pages;
    next = { ContinuationToken: page.NextContinuationToken };
  }
}

async function pagesV1(s3: Session, input: object): Promise<string[][]> {
  const pages: string[][] = [];
  for (let next: object = {}; ; ) {
    const page = await s3.call('ListObjects', { ...input, ...next });
    pages.push(namesIn(page));
    if (!page.IsTruncated) return pages;
    next = { Marker: page.NextMarker ?? pages.at(-1)?.at(-1) };
  }
}

const BOTH = [
  ['ListObjectsV2', pagesV2],
  ['ListObjects', pagesV1],
] as const;

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
  behaviour('ListObjectsV2 begins behind start-after, which need not exist', api('ListObjectsV2'), async (s3) => {
    await putAll(s3, NUMBERED);
    expect(await pagesV2(s3, { StartAfter: 'test_7' })).toEqual([['test_8', 'test_9']]);
    expect(await pagesV2(s3, { StartAfter: 'test_77' })).toEqual([['test_8', 'test_9']]);
    await s3.call('ListObjectsV2', { StartAfter: 'z' }, { StartAfter: 'z', KeyCount: 0, IsTruncated: false });
  }),
  behaviour('a continuation token decides over start-after', api('ListObjectsV2'), async (s3) => {
    await putAll(s3, NUMBERED);
    const { NextContinuationToken } = await s3.call('ListObjectsV2', { MaxKeys: 5 });
    const input = { StartAfter: 'test_7', ContinuationToken: NextContinuationToken };
    const rest = await s3.call('ListObjectsV2', input, { ContinuationToken: NextContinuationToken });
    expect(namesIn(rest)).toEqual(NUMBERED.slice(5));
  }),
  behaviour('a continuation token holds when the last key of its page is gone', api('ListObjectsV2'), async (s3) => {
    await putAll(s3, NUMBERED);
    const { NextContinuationToken } = await s3.call('ListObjectsV2', { MaxKeys: 5 });
    await s3.call('DeleteObject', { Key: 'test_4' });
    await s3.call('DeleteObject', { Key: 'test_5' });
    const rest = await s3.call('ListObjectsV2', { ContinuationToken: NextContinuationToken });
    expect(namesIn(rest)).toEqual(NUMBERED.slice(6));
  }),
  ...['', 'no token'].map((ContinuationToken) =>
    behaviour(`the continuation token "${ContinuationToken}" is InvalidArgument`, api('ListObjectsV2'), (s3) =>
      s3.call(
        'ListObjectsV2',
        { ContinuationToken },
        {
          status: 400,
          code: 'InvalidArgument',
          message: 'The continuation token provided is incorrect',
          ArgumentName: 'continuation-token',
        },
      ),
    ),
  ),
  behaviour('ListObjectsV2 names the owner on request alone', api('ListObjectsV2'), async (s3) => {
    await s3.put('k');
    const owners = async (input: object) => {
      const { Contents } = await s3.call('ListObjectsV2', input);
      return (Contents as { Owner?: { ID: string } }[]).map(({ Owner }) => Owner?.ID);
    };
    expect(await owners({})).toEqual([undefined]);
    expect(await owners({ FetchOwner: false })).toEqual([undefined]);
    expect(await owners({ FetchOwner: true })).toEqual([expect.any(String)]);
  }),
  behaviour('ListObjects always names the owner', api('ListObjects'), async (s3) => {
    await s3.put('k');
    await s3.call('ListObjects', {}, { Contents: [{ Key: 'k', Owner: { ID: expect.any(String) } }] });
  }),
  behaviour('ListObjects has a next marker only with a delimiter', api('ListObjects'), async (s3) => {
    await putAll(s3, NUMBERED);
    await s3.call('ListObjects', { MaxKeys: 1 }, { IsTruncated: true, Marker: '', NextMarker: undefined });
    await s3.call('ListObjects', { MaxKeys: 1, Delimiter: '/' }, { IsTruncated: true, NextMarker: 'test_0' });
    const { IsTruncated } = await s3.call('ListObjects', { MaxKeys: 10, Delimiter: '/' }, { NextMarker: undefined });
    expect(IsTruncated).toBe(false);
  }),
  behaviour('ListObjects goes on behind a common prefix that is the marker', api('ListObjects'), async (s3) => {
    await putAll(s3, FOLDER);
    const input = { Delimiter: '/', Prefix: 'folder/', MaxKeys: 1 };
    const expected = { Marker: 'folder/aSubfolder/', NextMarker: 'folder/file1', IsTruncated: true };
    const page = await s3.call('ListObjects', { ...input, Marker: 'folder/aSubfolder/' }, expected);
    expect(namesIn(page)).toEqual(['folder/file1']);
  }),
  behaviour('ListObjects does not repeat the common prefix that the marker lies in', api('ListObjects'), async (s3) => {
    await putAll(s3, FOLDER);
    const input = { Delimiter: '/', Prefix: 'folder/', MaxKeys: 1 };
    const page = await s3.call('ListObjects', { ...input, Marker: 'folder/aSubfolder/subFile1' });
    expect(namesIn(page)).toEqual(['folder/file1']);
  }),
  behaviour(
    'the XML of a list has the namespace of S3 and every element that AWS sends',
    api('ListObjectsV2'),
    async (s3) => {
      await s3.put('k', 'hello world');
      const response = await fetch(await s3.presign('ListObjectsV2', {}));
      expect(response.headers.get('content-type')).toBe('application/xml');
      const xml = await response.text();
      expect(xml).toContain('<?xml version="1.0" encoding="UTF-8"?>');
      expect(xml).toContain('<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">');
      expect(xml).toContain(`<Name>${s3.bucket}</Name>`);
      expect(xml).toMatch(/<Prefix><\/Prefix>|<Prefix\/>/);
      for (const element of [
        '<KeyCount>1</KeyCount>',
        '<MaxKeys>1000</MaxKeys>',
        '<IsTruncated>false</IsTruncated>',
        '<Size>11</Size>',
      ]) {
        expect(xml).toContain(element);
      }
      expect(xml).toMatch(/<LastModified>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z<\/LastModified>/);
    },
  ),
  behaviour('ListBuckets has the buckets of a prefix in order, with owner and date', api('ListBuckets'), async (s3) => {
    const Prefix = s3.bucket.slice(0, 40);
    const names = ['b', 'a', 'c'].map((end) => `${Prefix}-${end}`);
    for (const Bucket of names) await s3.call('CreateBucket', { Bucket });
    const found = await s3.call(
      'ListBuckets',
      { Prefix: `${Prefix}-` },
      { Owner: { ID: expect.any(String) }, Prefix: `${Prefix}-` },
    );
    expect(found.Buckets).toMatchObject(names.toSorted().map((Name) => ({ Name, CreationDate: expect.any(String) })));
  }),
  behaviour('ListBuckets comes in pages of max-buckets', api('ListBuckets'), async (s3) => {
    const Prefix = s3.bucket.slice(0, 40);
    for (const end of ['a', 'b', 'c']) await s3.call('CreateBucket', { Bucket: `${Prefix}-${end}` });
    const input = { Prefix: `${Prefix}-`, MaxBuckets: 2 };
    const first = await s3.call('ListBuckets', input, { ContinuationToken: expect.any(String) });
    const second = await s3.call(
      'ListBuckets',
      { ...input, ContinuationToken: first.ContinuationToken },
      { ContinuationToken: undefined },
    );
    const names = [first, second].map(({ Buckets }) => (Buckets as { Name: string }[]).map(({ Name }) => Name));
    expect(names).toEqual([[`${Prefix}-a`, `${Prefix}-b`], [`${Prefix}-c`]]);
  }),
  behaviour(
    'ListObjectVersions of an unversioned bucket has each object as version null',
    reference('API_ListObjectVersions'),
    async (s3) => {
      await s3.put('k');
      await s3.call(
        'ListObjectVersions',
        {},
        { Versions: [{ Key: 'k', VersionId: 'null', IsLatest: true }], DeleteMarkers: undefined },
      );
    },
  ),
];
