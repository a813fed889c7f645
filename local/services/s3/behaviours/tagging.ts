import { expect } from 'vitest';
import { api, behaviour, guide } from './behaviour.ts';
import type { Session } from './session.ts';

const TWO = [
  { Key: 'tag1', Value: 'tag1' },
  { Key: 'tag2', Value: '' },
];

async function tagsOf(s3: Session, Key: string): Promise<unknown> {
  const { TagSet } = await s3.call('GetObjectTagging', { Key });
  return TagSet;
}

/** Tag sets that are refused: why, the tags, and the error. */
const REFUSED = [
  [
    'with a key twice',
    [
      { Key: 'Key1', Value: 'a' },
      { Key: 'Key1', Value: 'b' },
    ],
    'Cannot provide multiple Tags with the same key',
  ],
  ['with a comma in a key', [{ Key: 'Key1,Key2', Value: 'a' }], 'The TagKey you have provided is invalid'],
  ['with a comma in a value', [{ Key: 'Key1', Value: 'Val1,Val2' }], 'The TagValue you have provided is invalid'],
] as const;

/** Tags of objects and buckets. */
export const tagging = [
  behaviour('tags of an object are replaced as a whole, and can be deleted', api('PutObjectTagging'), async (s3) => {
    await s3.put('k');
    expect(await tagsOf(s3, 'k')).toEqual([]);
    await s3.call('PutObjectTagging', { Key: 'k', Tagging: { TagSet: TWO } }, { status: 200 });
    expect(await tagsOf(s3, 'k')).toEqual(TWO);
    await s3.call('PutObjectTagging', { Key: 'k', Tagging: { TagSet: [{ Key: 'tag3', Value: 'tag3' }] } });
    expect(await tagsOf(s3, 'k')).toEqual([{ Key: 'tag3', Value: 'tag3' }]);
    await s3.call('DeleteObjectTagging', { Key: 'k' }, { status: 204 });
    expect(await tagsOf(s3, 'k')).toEqual([]);
  }),
  behaviour('the header x-amz-tagging tags an object as it is put', api('PutObject'), async (s3) => {
    await s3.put('k', 'x', { Tagging: 'tag1=tag1&tag2=a%20b+c&tag' });
    const tags = [
      { Key: 'tag', Value: '' },
      { Key: 'tag1', Value: 'tag1' },
      { Key: 'tag2', Value: 'a b c' },
    ];
    const found = await tagsOf(s3, 'k');
    expect(found).toHaveLength(3);
    expect(found).toEqual(expect.arrayContaining(tags));
  }),
  ...['key1=val1&key1=val2', 'key1=val1,key2=val2'].map((Tagging) =>
    behaviour(`the header x-amz-tagging "${Tagging}" is InvalidArgument`, api('PutObject'), async (s3) => {
      const refused = { status: 400, code: 'InvalidArgument', ArgumentName: 'x-amz-tagging', ArgumentValue: Tagging };
      await s3.call('PutObject', { Key: 'k', Body: 'x', Tagging }, refused);
      await s3.call('HeadObject', { Key: 'k' }, { status: 404 });
    }),
  ),
  behaviour('GET and HEAD count the tags of an object', api('GetObject'), async (s3) => {
    await s3.put('k', 'x', { Tagging: 'a=1&b=2&c=3' });
    await s3.call('GetObject', { Key: 'k' }, { TagCount: 3 });
    await s3.call('HeadObject', { Key: 'k' }, { TagCount: 3 });
    await s3.call('DeleteObjectTagging', { Key: 'k' });
    await s3.call('GetObject', { Key: 'k' }, { TagCount: undefined });
  }),
  behaviour('putting an object again takes its tags away', guide('object-tagging'), async (s3) => {
    await s3.put('k', 'x', { Tagging: 'tag1=val1' });
    await s3.put('k');
    expect(await tagsOf(s3, 'k')).toEqual([]);
  }),
  ...(['GetObjectTagging', 'DeleteObjectTagging', 'PutObjectTagging'] as const).map((operation) =>
    behaviour(`${operation} of a missing key is NoSuchKey`, api(operation), (s3) =>
      s3.call(
        operation,
        { Key: 'k', ...(operation.startsWith('Put') ? { Tagging: { TagSet: TWO } } : {}) },
        { status: 404, code: 'NoSuchKey' },
      ),
    ),
  ),
  ...REFUSED.flatMap(([kind, TagSet, message]) => [
    behaviour(`tags of an object ${kind} are InvalidTag`, api('PutObjectTagging'), async (s3) => {
      await s3.put('k');
      await s3.call(
        'PutObjectTagging',
        { Key: 'k', Tagging: { TagSet } },
        { status: 400, code: 'InvalidTag', message, TagKey: TagSet[0].Key },
      );
    }),
    behaviour(`tags of a bucket ${kind} are InvalidTag`, api('PutBucketTagging'), (s3) =>
      s3.call(
        'PutBucketTagging',
        { Tagging: { TagSet } },
        { status: 400, code: 'InvalidTag', message, TagKey: TagSet[0].Key },
      ),
    ),
  ]),
  behaviour('an object has 10 tags at most', guide('object-tagging'), async (s3) => {
    await s3.put('k');
    const TagSet = Array.from({ length: 11 }, (_, index) => ({ Key: `key${index}`, Value: 'v' }));
    await s3.call('PutObjectTagging', { Key: 'k', Tagging: { TagSet } }, { status: 400 });
    await s3.call('PutObjectTagging', { Key: 'k', Tagging: { TagSet: TagSet.slice(1) } });
  }),
  behaviour('tags of a bucket are replaced as a whole, and can be deleted', api('PutBucketTagging'), async (s3) => {
    await s3.call('PutBucketTagging', { Tagging: { TagSet: TWO } }, { status: 204 });
    expect((await s3.call('GetBucketTagging', {})).TagSet).toEqual(TWO);
    await s3.call('PutBucketTagging', { Tagging: { TagSet: [TWO[0]] } });
    expect((await s3.call('GetBucketTagging', {})).TagSet).toEqual([TWO[0]]);
    await s3.call('DeleteBucketTagging', {}, { status: 204 });
    await s3.call('GetBucketTagging', {}, { status: 404, code: 'NoSuchTagSet', BucketName: s3.bucket });
  }),
];
