import { expect } from 'vitest';
import { api, behaviour, guide, rfc9110 } from './behaviour.ts';
import type { Expected, Session } from './session.ts';

const DATA_ETAG = '"8d777f385d3dfec8815d20f7496026dc"';
const OTHER_ETAG = '"d41d8cd98f00b204e9800998ecf8427e"';
const LONG_AGO = new Date('2015-10-21T07:28:00Z');
const TOMORROW = new Date(Date.now() + 86_400_000);

const failed = (Condition: string) => ({
  status: 412,
  code: 'PreconditionFailed',
  message: 'At least one of the pre-conditions you specified did not hold',
  Condition,
});
const notImplemented = (Header: string) => ({ status: 501, code: 'NotImplemented', Header });

/** @returns when it was last changed */
async function putData(s3: Session): Promise<Date> {
  await s3.put('k', 'data');
  const { LastModified } = await s3.call('HeadObject', { Key: 'k' });
  return new Date(String(LastModified));
}

/** A condition of a read: with what, and what comes of it. Dates are relative to the last change. */
const READS: readonly (readonly [
  name: string,
  section: string,
  input: (changed: Date) => object,
  expected: Expected,
])[] = [
  ['If-Match with the ETag gives the object', '13.1.1', () => ({ IfMatch: DATA_ETAG }), { status: 200 }],
  [
    'If-Match with a list that has the ETag gives the object',
    '13.1.1',
    () => ({ IfMatch: `${OTHER_ETAG}, ${DATA_ETAG}` }),
    { status: 200 },
  ],
  ['If-Match * gives the object', '13.1.1', () => ({ IfMatch: '*' }), { status: 200 }],
  ['If-Match with another ETag is 412', '13.1.1', () => ({ IfMatch: OTHER_ETAG }), failed('If-Match')],
  ['If-Match compares strongly', '13.1.1', () => ({ IfMatch: `W/${DATA_ETAG}` }), failed('If-Match')],
  ['If-None-Match with another ETag gives the object', '13.1.2', () => ({ IfNoneMatch: OTHER_ETAG }), { status: 200 }],
  ['If-None-Match with the ETag is 304', '13.1.2', () => ({ IfNoneMatch: DATA_ETAG }), { status: 304 }],
  [
    'If-None-Match with the ETag without its quotes is 304',
    '13.1.2',
    () => ({ IfNoneMatch: DATA_ETAG.replaceAll('"', '') }),
    { status: 304 },
  ],
  [
    'If-None-Match with a list that has the ETag is 304',
    '13.1.2',
    () => ({ IfNoneMatch: `${OTHER_ETAG}, ${DATA_ETAG}` }),
    { status: 304 },
  ],
  ['If-None-Match compares weakly', '13.1.2', () => ({ IfNoneMatch: `W/${DATA_ETAG}` }), { status: 304 }],
  ['If-None-Match * is 304', '13.1.2', () => ({ IfNoneMatch: '*' }), { status: 304 }],
  ['If-Modified-Since the last change is 304', '13.1.3', (changed) => ({ IfModifiedSince: changed }), { status: 304 }],
  [
    'If-Modified-Since a date before the last change gives the object',
    '13.1.3',
    () => ({ IfModifiedSince: LONG_AGO }),
    { status: 200 },
  ],
  [
    'If-Modified-Since a date in the future is ignored',
    '13.1.3',
    () => ({ IfModifiedSince: TOMORROW }),
    { status: 200 },
  ],
  [
    'If-Unmodified-Since the last change gives the object',
    '13.1.4',
    (changed) => ({ IfUnmodifiedSince: changed }),
    { status: 200 },
  ],
  [
    'If-Unmodified-Since a date before the last change is 412',
    '13.1.4',
    () => ({ IfUnmodifiedSince: LONG_AGO }),
    failed('If-Unmodified-Since'),
  ],
  [
    'If-Match that holds decides over If-Unmodified-Since that does not',
    '13.2.2',
    () => ({ IfMatch: DATA_ETAG, IfUnmodifiedSince: LONG_AGO }),
    { status: 200 },
  ],
  [
    'If-None-Match that does not hold decides over If-Modified-Since that does',
    '13.2.2',
    () => ({ IfNoneMatch: DATA_ETAG, IfModifiedSince: LONG_AGO }),
    { status: 304 },
  ],
  [
    'If-None-Match that holds decides over If-Modified-Since that does not',
    '13.2.2',
    (changed) => ({ IfNoneMatch: OTHER_ETAG, IfModifiedSince: changed }),
    { status: 200 },
  ],
];

/** Conditions on reads, writes and deletions. */
export const conditions = [
  ...READS.map(([name, section, input, expected]) =>
    behaviour(name, rfc9110(section), async (s3) => {
      const changed = await putData(s3);
      await s3.call('GetObject', { Key: 'k', ...input(changed) }, expected);
      await s3.call('HeadObject', { Key: 'k', ...input(changed) }, { status: expected.status });
    }),
  ),
  behaviour('304 has the ETag and the date of the last change', rfc9110('15.4.5'), async (s3) => {
    await putData(s3);
    const { headers } = await s3.call('GetObject', { Key: 'k', IfNoneMatch: DATA_ETAG }, { status: 304 });
    expect(headers).toMatchObject({ etag: DATA_ETAG, 'last-modified': expect.stringContaining('GMT') });
  }),
  behaviour('a condition on a missing object is NoSuchKey', api('GetObject'), async (s3) => {
    await s3.call('GetObject', { Key: 'k', IfMatch: '*' }, { status: 404, code: 'NoSuchKey' });
    await s3.call('GetObject', { Key: 'k', IfNoneMatch: DATA_ETAG }, { status: 404, code: 'NoSuchKey' });
  }),
  behaviour('PUT with If-None-Match * writes once', guide('conditional-writes'), async (s3) => {
    await s3.put('k', 'first', { IfNoneMatch: '*' });
    await s3.call('PutObject', { Key: 'k', Body: 'second', IfNoneMatch: '*' }, failed('If-None-Match'));
    await s3.call('GetObject', { Key: 'k' }, { Body: 'first' });
    await s3.call('DeleteObject', { Key: 'k' });
    await s3.put('k', 'third', { IfNoneMatch: '*' });
  }),
  behaviour('of many PUTs at once with If-None-Match * one succeeds', guide('conditional-writes'), async (s3) => {
    const puts = Array.from({ length: 10 }, (_, index) =>
      s3.client.call('PutObject', { Bucket: s3.bucket, Key: 'k', Body: String(index), IfNoneMatch: '*' }),
    );
    const statuses = (await Promise.all(puts)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412 || status === 409)).toHaveLength(9);
  }),
  behaviour('PUT with If-Match writes over that ETag alone', guide('conditional-writes'), async (s3) => {
    await s3.put('k', 'data');
    await s3.call('PutObject', { Key: 'k', Body: 'y', IfMatch: OTHER_ETAG }, failed('If-Match'));
    await s3.call('GetObject', { Key: 'k' }, { Body: 'data' });
    await s3.put('k', 'new', { IfMatch: DATA_ETAG });
    await s3.call('GetObject', { Key: 'k' }, { Body: 'new' });
  }),
  behaviour('PUT with If-Match on a missing object is NoSuchKey', guide('conditional-writes'), (s3) =>
    s3.call('PutObject', { Key: 'k', Body: 'y', IfMatch: DATA_ETAG }, { status: 404, code: 'NoSuchKey', Key: 'k' }),
  ),
  behaviour('PUT with If-None-Match and an ETag is NotImplemented', guide('conditional-writes'), (s3) =>
    s3.call('PutObject', { Key: 'k', Body: 'y', IfNoneMatch: DATA_ETAG }, notImplemented('If-None-Match')),
  ),
  behaviour('PUT with If-Match * is NotImplemented', guide('conditional-writes'), (s3) =>
    s3.call('PutObject', { Key: 'k', Body: 'y', IfMatch: '*' }, notImplemented('If-Match')),
  ),
  behaviour('PUT with both conditions is NotImplemented', guide('conditional-writes'), (s3) =>
    s3.call(
      'PutObject',
      { Key: 'k', Body: 'y', IfMatch: DATA_ETAG, IfNoneMatch: '*' },
      notImplemented('If-Match,If-None-Match'),
    ),
  ),
  behaviour('DELETE with If-Match deletes that ETag alone', guide('conditional-deletes'), async (s3) => {
    await s3.put('k', 'data');
    await s3.call('DeleteObject', { Key: 'k', IfMatch: OTHER_ETAG }, failed('If-Match'));
    await s3.call('DeleteObject', { Key: 'k', IfMatch: DATA_ETAG }, { status: 204 });
    await s3.call('HeadObject', { Key: 'k' }, { status: 404 });
  }),
  behaviour('DELETE on a condition of directory buckets is NotImplemented', api('DeleteObject'), async (s3) => {
    await s3.put('k', 'data');
    await s3.call('DeleteObject', { Key: 'k', IfMatchSize: 4 }, notImplemented('x-amz-if-match-size'));
    const IfMatchLastModifiedTime = LONG_AGO;
    await s3.call(
      'DeleteObject',
      { Key: 'k', IfMatchLastModifiedTime },
      notImplemented('x-amz-if-match-last-modified-time'),
    );
    await s3.call('HeadObject', { Key: 'k' });
  }),
];
