import { expect } from 'vitest';
import { api, behaviour } from './behaviour.ts';

const ETAG = '"8d777f385d3dfec8815d20f7496026dc"';
const OTHER_ETAG = '"d41d8cd98f00b204e9800998ecf8427e"';
const LONG_AGO = new Date('2015-10-21T07:28:00Z');
const TOMORROW = new Date(Date.now() + 86_400_000);
const ILLEGAL =
  "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, " +
  'storage class, website redirect location or encryption attributes.';

const failed = (Condition: string) => ({ status: 412, code: 'PreconditionFailed', Condition });
const failedSource = (name: string) => failed(`x-amz-copy-source-${name}`);
const notImplemented = (Header: string) => ({ status: 501, code: 'NotImplemented', Header });

/** Conditions on the source `data`, and what comes of the copy. */
const SOURCE_CONDITIONS = [
  ['If-Match with its ETag', { CopySourceIfMatch: ETAG }, { status: 200 }],
  ['If-Match with another ETag', { CopySourceIfMatch: OTHER_ETAG }, failedSource('If-Match')],
  ['If-None-Match with another ETag', { CopySourceIfNoneMatch: OTHER_ETAG }, { status: 200 }],
  ['If-None-Match with its ETag', { CopySourceIfNoneMatch: ETAG }, failedSource('If-None-Match')],
  [
    'If-None-Match with its ETag without quotes',
    { CopySourceIfNoneMatch: ETAG.replaceAll('"', '') },
    failedSource('If-None-Match'),
  ],
  ['If-Modified-Since a date in the future', { CopySourceIfModifiedSince: TOMORROW }, { status: 200 }],
  ['If-Modified-Since a date before its change', { CopySourceIfModifiedSince: LONG_AGO }, { status: 200 }],
  [
    'If-Unmodified-Since a date before its change',
    { CopySourceIfUnmodifiedSince: LONG_AGO },
    failedSource('If-Unmodified-Since'),
  ],
  [
    'If-Match with its ETag and If-Unmodified-Since a date before its change',
    { CopySourceIfMatch: ETAG, CopySourceIfUnmodifiedSince: LONG_AGO },
    { status: 200 },
  ],
] as const;

/** Copies within S3. */
export const copy = [
  behaviour('a copy has the body, the type and the metadata of its source', api('CopyObject'), async (s3) => {
    const described = { ContentType: 'application/json', ContentLanguage: 'en-US', Metadata: { key: 'value' } };
    await s3.put('from', 'data', described);
    const { CopyObjectResult } = await s3.call('CopyObject', { Key: 'to', CopySource: s3.source('from') });
    expect(CopyObjectResult).toMatchObject({ ETag: ETAG, LastModified: expect.any(String) });
    await s3.call('GetObject', { Key: 'to' }, { ...described, Body: 'data', ETag: ETAG });
  }),
  behaviour('a copy ignores other metadata unless they are to replace', api('CopyObject'), async (s3) => {
    await s3.put('from', 'data', { ContentType: 'application/json', Metadata: { key: 'value' } });
    await s3.call('CopyObject', {
      Key: 'to',
      CopySource: s3.source('from'),
      ContentType: 'image/jpg',
      Metadata: { other: 'x' },
    });
    const found = await s3.call('HeadObject', { Key: 'to' }, { ContentType: 'application/json' });
    expect(found.Metadata).toEqual({ key: 'value' });
  }),
  behaviour('a copy that replaces metadata keeps none of the source', api('CopyObject'), async (s3) => {
    await s3.put('from', 'data', {
      ContentType: 'application/json',
      ContentLanguage: 'en-US',
      Metadata: { key: 'value' },
    });
    await s3.call('CopyObject', {
      Key: 'to',
      CopySource: s3.source('from'),
      MetadataDirective: 'REPLACE',
      ContentType: 'image/jpg',
      Metadata: { 'another-key': 'value' },
    });
    const found = await s3.call('HeadObject', { Key: 'to' }, { ContentType: 'image/jpg', ContentLanguage: undefined });
    expect(found.Metadata).toEqual({ 'another-key': 'value' });
  }),
  ...(
    [
      [undefined, 'key1'],
      ['COPY', 'key1'],
      ['REPLACE', 'key2'],
    ] as const
  ).map(([TaggingDirective, Key]) =>
    behaviour(
      `a copy with the tagging directive ${TaggingDirective} has the tag ${Key}`,
      api('CopyObject'),
      async (s3) => {
        await s3.put('from', 'data', { Tagging: 'key1=value1' });
        const directive = TaggingDirective ? { TaggingDirective } : {};
        await s3.call('CopyObject', { Key: 'to', CopySource: s3.source('from'), Tagging: 'key2=value1', ...directive });
        expect((await s3.call('GetObjectTagging', { Key: 'to' })).TagSet).toEqual([{ Key, Value: 'value1' }]);
      },
    ),
  ),
  behaviour('a copy may go to another bucket', api('CopyObject'), async (s3) => {
    const Bucket = `${s3.bucket}-other`;
    await s3.call('CreateBucket', { Bucket });
    await s3.put('a b/ü&+.txt', 'data');
    await s3.call('CopyObject', { Bucket, Key: 'to', CopySource: s3.source('a b/ü&+.txt') });
    await s3.call('GetObject', { Bucket, Key: 'to' }, { Body: 'data' });
  }),
  behaviour('a copy of an object onto itself that changes nothing is InvalidRequest', api('CopyObject'), async (s3) => {
    await s3.put('k', 'data');
    const input = { Key: 'k', CopySource: s3.source('k') };
    await s3.call('CopyObject', input, { status: 400, code: 'InvalidRequest', message: ILLEGAL });
  }),
  behaviour('a copy of an object onto itself may replace its metadata', api('CopyObject'), async (s3) => {
    await s3.put('k', 'data', { Metadata: { key: 'value' } });
    await s3.call('CopyObject', {
      Key: 'k',
      CopySource: s3.source('k'),
      MetadataDirective: 'REPLACE',
      Metadata: { key2: 'value2' },
    });
    expect((await s3.call('GetObject', { Key: 'k' }, { Body: 'data' })).Metadata).toEqual({ key2: 'value2' });
  }),
  behaviour('a copy of a missing key is NoSuchKey and names the source', api('CopyObject'), (s3) =>
    s3.call(
      'CopyObject',
      { Key: 'to', CopySource: s3.source('from') },
      { status: 404, code: 'NoSuchKey', Key: 'from' },
    ),
  ),
  behaviour('a copy from a missing bucket is NoSuchBucket and names the source', api('CopyObject'), (s3) =>
    s3.call(
      'CopyObject',
      { Key: 'to', CopySource: s3.source('from', 'no-such-bucket-1') },
      { status: 404, code: 'NoSuchBucket', BucketName: 'no-such-bucket-1' },
    ),
  ),
  behaviour('a copy into a missing bucket is NoSuchBucket', api('CopyObject'), async (s3) => {
    await s3.put('from');
    const input = { Bucket: 'no-such-bucket-1', Key: 'to', CopySource: s3.source('from') };
    await s3.call('CopyObject', input, { status: 404, code: 'NoSuchBucket' });
  }),
  behaviour('a copy source without a key is InvalidArgument', api('CopyObject'), (s3) =>
    s3.call(
      'CopyObject',
      { Key: 'to', CopySource: 'wrongformat' },
      {
        status: 400,
        code: 'InvalidArgument',
        message: 'Invalid copy source object key',
        ArgumentName: 'x-amz-copy-source',
      },
    ),
  ),
  behaviour('a copy source may begin with a slash', api('CopyObject'), async (s3) => {
    await s3.put('from', 'data');
    await s3.call('CopyObject', { Key: 'to', CopySource: `/${s3.bucket}/from` });
    await s3.call('GetObject', { Key: 'to' }, { Body: 'data' });
  }),
  ...SOURCE_CONDITIONS.map(([kind, input, expected]) =>
    behaviour(`a copy with ${kind} on the source is ${expected.status}`, api('CopyObject'), async (s3) => {
      await s3.put('from', 'data');
      await s3.call('CopyObject', { Key: 'to', CopySource: s3.source('from'), ...input }, expected);
      await s3.call('HeadObject', { Key: 'to' }, { status: expected.status === 200 ? 200 : 404 });
    }),
  ),
  behaviour('a copy with If-Modified-Since the change of the source is 412', api('CopyObject'), async (s3) => {
    await s3.put('from', 'data');
    const { LastModified } = await s3.call('HeadObject', { Key: 'from' });
    const input = {
      Key: 'to',
      CopySource: s3.source('from'),
      CopySourceIfModifiedSince: new Date(String(LastModified)),
    };
    await s3.call('CopyObject', input, failedSource('If-Modified-Since'));
  }),
  behaviour('a copy with If-None-Match * does not write over its target', api('CopyObject'), async (s3) => {
    await s3.put('from', 'data');
    const input = { Key: 'to', CopySource: s3.source('from'), IfNoneMatch: '*' };
    await s3.call('CopyObject', input);
    await s3.call('CopyObject', input, failed('If-None-Match'));
  }),
  behaviour('a copy with If-Match writes over that ETag alone', api('CopyObject'), async (s3) => {
    await s3.put('from', 'new');
    await s3.put('to', 'data');
    const input = { Key: 'to', CopySource: s3.source('from') };
    await s3.call('CopyObject', { ...input, IfMatch: OTHER_ETAG }, failed('If-Match'));
    await s3.call('CopyObject', { ...input, IfMatch: ETAG });
    await s3.call('GetObject', { Key: 'to' }, { Body: 'new' });
    await s3.call(
      'CopyObject',
      { ...input, Key: 'none', IfMatch: ETAG },
      { status: 404, code: 'NoSuchKey', Key: 'none' },
    );
  }),
  behaviour(
    'a copy with a condition of another form on its target is NotImplemented',
    api('CopyObject'),
    async (s3) => {
      await s3.put('from', 'data');
      const input = { Key: 'to', CopySource: s3.source('from') };
      await s3.call('CopyObject', { ...input, IfNoneMatch: ETAG }, notImplemented('If-None-Match'));
      await s3.call('CopyObject', { ...input, IfMatch: '*' }, notImplemented('If-Match'));
      await s3.call(
        'CopyObject',
        { ...input, IfMatch: ETAG, IfNoneMatch: '*' },
        notImplemented('If-Match,If-None-Match'),
      );
    },
  ),
  behaviour(
    'a copy keeps the checksum of its source, or gets the one that is asked for',
    api('CopyObject'),
    async (s3) => {
      await s3.put('from', 'test-checksum', { ChecksumAlgorithm: 'SHA256' });
      const sha256 = { ChecksumSHA256: '1YQo81vx2VFUl0q5ccWISq8AkSBQQ0WO80S82TmfdIQ=', ChecksumType: 'FULL_OBJECT' };
      await s3.call('CopyObject', { Key: 'to', CopySource: s3.source('from') }, { CopyObjectResult: sha256 });
      await s3.call('HeadObject', { Key: 'to', ChecksumMode: 'ENABLED' }, sha256);
      const input = { Key: 'to', CopySource: s3.source('from'), ChecksumAlgorithm: 'CRC64NVME' };
      await s3.call('CopyObject', input, { CopyObjectResult: { ChecksumCRC64NVME: '1f2xscCCZCU=' } });
      await s3.call(
        'HeadObject',
        { Key: 'to', ChecksumMode: 'ENABLED' },
        { ChecksumCRC64NVME: '1f2xscCCZCU=', ChecksumSHA256: undefined },
      );
    },
  ),
];
