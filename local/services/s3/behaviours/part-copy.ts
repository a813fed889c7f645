import { api, behaviour } from './behaviour.ts';
import type { Session } from './session.ts';

const ETAG = '"781e5e245d69b566979b86e28d23f2c7"';
const OTHER_ETAG = '"d41d8cd98f00b204e9800998ecf8427e"';
const LONG_AGO = new Date('2015-10-21T07:28:00Z');
const FORM =
  'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of ' +
  'the first and last bytes to copy';

/** An upload of `to`, and what copies a part of `from`, ten bytes, into it. */
async function beginCopy(s3: Session) {
  await s3.put('from', '0123456789');
  const { UploadId } = await s3.call('CreateMultipartUpload', { Key: 'to' });
  return { Key: 'to', UploadId, PartNumber: 1, CopySource: s3.source('from') };
}

/** Parts that are copies. */
export const partCopy = [
  behaviour('a part may be a copy of an object', api('UploadPartCopy'), async (s3) => {
    const input = await beginCopy(s3);
    await s3.call('UploadPartCopy', input, { CopyPartResult: { ETag: ETAG } });
    const { Key, UploadId } = input;
    await s3.call('ListParts', { Key, UploadId }, { Parts: [{ PartNumber: 1, ETag: ETAG, Size: 10 }] });
    await s3.call('CompleteMultipartUpload', {
      Key,
      UploadId,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag: ETAG }] },
    });
    await s3.call('GetObject', { Key: 'to' }, { Body: '0123456789' });
  }),
  ...(
    [
      ['0-8', '"22975d8a5ed1b91445f6c55ac121505b"', 9],
      ['1-1', '"c4ca4238a0b923820dcc509a6f75849b"', 1],
      ['0-0', '"cfcd208495d565ef66e7dff9f98764da"', 1],
    ] as const
  ).map(([range, ETag, Size]) =>
    behaviour(`a part may be a copy of bytes=${range}`, api('UploadPartCopy'), async (s3) => {
      const input = await beginCopy(s3);
      await s3.call('UploadPartCopy', { ...input, CopySourceRange: `bytes=${range}` }, { CopyPartResult: { ETag } });
      await s3.call('ListParts', { Key: 'to', UploadId: input.UploadId }, { Parts: [{ ETag, Size }] });
    }),
  ),
  ...['0-8', 'bytes=1-0', 'bytes=-1-', 'bytes=0--1', 'bytes=0-1,3-4,7-9', 'bytes=-', 'bytes=1-', 'bytes=-2'].map(
    (range) =>
      behaviour(`the copy range ${range} is InvalidArgument`, api('UploadPartCopy'), async (s3) => {
        const input = { ...(await beginCopy(s3)), CopySourceRange: range };
        const argument = { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: range };
        await s3.call('UploadPartCopy', input, { status: 400, code: 'InvalidArgument', message: FORM, ...argument });
      }),
  ),
  behaviour('a copy range that ends beyond the source is InvalidArgument', api('UploadPartCopy'), async (s3) => {
    const input = { ...(await beginCopy(s3)), CopySourceRange: 'bytes=0-100' };
    const message = 'Range specified is not valid for source object of size: 10';
    await s3.call('UploadPartCopy', input, { status: 400, code: 'InvalidArgument', message });
  }),
  behaviour('a copy range that begins beyond the source is InvalidRequest', api('UploadPartCopy'), async (s3) => {
    const input = { ...(await beginCopy(s3)), CopySourceRange: 'bytes=100-200' };
    const message = 'The specified copy range is invalid for the source object size';
    await s3.call('UploadPartCopy', input, { status: 400, code: 'InvalidRequest', message });
  }),
  ...(
    [
      ['If-Match', { CopySourceIfMatch: OTHER_ETAG }],
      ['If-None-Match', { CopySourceIfNoneMatch: ETAG }],
      ['If-Unmodified-Since', { CopySourceIfUnmodifiedSince: LONG_AGO }],
    ] as const
  ).map(([condition, conditions]) =>
    behaviour(`a part is not copied when ${condition} does not hold`, api('UploadPartCopy'), async (s3) => {
      const input = { ...(await beginCopy(s3)), ...conditions };
      const Condition = `x-amz-copy-source-${condition}`;
      await s3.call('UploadPartCopy', input, { status: 412, code: 'PreconditionFailed', Condition });
    }),
  ),
  behaviour(
    'a part is copied when If-Match holds, though If-Unmodified-Since does not',
    api('UploadPartCopy'),
    async (s3) => {
      const conditions = { CopySourceIfMatch: ETAG, CopySourceIfUnmodifiedSince: LONG_AGO };
      await s3.call('UploadPartCopy', { ...(await beginCopy(s3)), ...conditions }, { CopyPartResult: { ETag: ETAG } });
    },
  ),
  behaviour('a copy of a missing key into a part is NoSuchKey', api('UploadPartCopy'), async (s3) => {
    const input = { ...(await beginCopy(s3)), CopySource: s3.source('missing') };
    await s3.call('UploadPartCopy', input, { status: 404, code: 'NoSuchKey', Key: 'missing' });
  }),
  behaviour('a copy into a part of an upload that is not there is NoSuchUpload', api('UploadPartCopy'), async (s3) => {
    const input = { ...(await beginCopy(s3)), UploadId: '../escape' };
    await s3.call('UploadPartCopy', input, { status: 404, code: 'NoSuchUpload' });
  }),
];
