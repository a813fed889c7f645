import { expect } from 'vitest';
import { api, behaviour } from './behaviour.ts';
import { FOLDER, namesIn, pagesV2, putAll } from './list-pages.ts';

const NUMBERED = Array.from({ length: 10 }, (_, index) => `test_${index}`);

/** Where lists begin, and what else they say. */
export const listAnswers = [
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
    api('ListObjectVersions'),
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
