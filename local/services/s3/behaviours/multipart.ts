import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { api, behaviour, guide, ONLY_BOTO3, ONLY_JAVASCRIPT } from './behaviour.ts';
import type { Boto3Client } from './boto3-client.ts';
import { beginUpload, INVALID_PART, MB, NO_SUCH_UPLOAD } from './multipart-upload.ts';
import type { Session } from './session.ts';

const md5 = (text: string) => createHash('md5').update(text);

const uploadsOf = async (s3: Session, input: object = {}) => {
  const { Uploads = [] } = await s3.call('ListMultipartUploads', input);
  return (Uploads as { Key: string; UploadId: string }[]).map(({ Key, UploadId }) => ({ Key, UploadId }));
};

/** Uploads in parts. */
export const multipart = [
  behaviour(
    'a file goes up and down in parts, many at once, with the transfer manager',
    guide('mpuoverview'),
    async (s3) => {
      expect(await (s3.client as Boto3Client).transfer(s3.bucket, 'k', 4 * 5 * MB + 1)).toBe(true);
      await s3.call('HeadObject', { Key: 'k' }, { ETag: expect.stringMatching(/^"[0-9a-f]{32}-5"$/) });
    },
    ONLY_BOTO3,
  ),
  behaviour('parts become one object with the ETag of their MD5s', api('CompleteMultipartUpload'), async (s3) => {
    const bodies = ['a'.repeat(5 * MB), 'b'.repeat(5 * MB), 'c'];
    const upload = await beginUpload(s3);
    const parts = [];
    for (const [index, body] of bodies.entries()) parts.push(await upload.send(index + 1, body));
    const digests = Buffer.concat(bodies.map((body) => md5(body).digest()));
    const ETag = `"${createHash('md5').update(digests).digest('hex')}-3"`;
    const { Location } = await upload.complete(parts, { Bucket: s3.bucket, Key: 'k', ETag });
    expect(Location).toMatch(/\/k$/);
    const found = await s3.call('GetObject', { Key: 'k' }, { ETag, ContentLength: 10 * MB + 1 });
    expect(found.Body === bodies.join('')).toBe(true);
    await s3.call('GetObject', { Key: 'k', Range: `bytes=${5 * MB - 2}-${5 * MB + 1}` }, { status: 206, Body: 'aabb' });
    await s3.call('GetObject', { Key: 'k', Range: 'bytes=-3' }, { status: 206, Body: 'bbc' });
  }),
  behaviour('an object from parts has what the upload was begun with', api('CreateMultipartUpload'), async (s3) => {
    const described = { ContentType: 'text/plain', CacheControl: 'no-cache', Metadata: { order: '1' } };
    const upload = await beginUpload(s3, { ...described, Tagging: 'a=1' });
    await upload.complete([await upload.send(1, 'x')]);
    await s3.call('GetObject', { Key: 'k' }, { ...described, Body: 'x', TagCount: 1 });
  }),
  behaviour('an upload leaves the object as it is until it is complete', guide('mpuoverview'), async (s3) => {
    await s3.put('k', 'before');
    const upload = await beginUpload(s3);
    const part = await upload.send(1, 'after');
    await s3.call('GetObject', { Key: 'k' }, { Body: 'before' });
    await upload.complete([part]);
    await s3.call('GetObject', { Key: 'k' }, { Body: 'after' });
  }),
  behaviour('a part that is sent again replaces the former one', api('UploadPart'), async (s3) => {
    const upload = await beginUpload(s3);
    const former = await upload.send(1, 'former');
    const latter = await upload.send(1, 'latter');
    await upload.complete([former], INVALID_PART);
    await upload.complete([latter]);
    await s3.call('GetObject', { Key: 'k' }, { Body: 'latter' });
  }),
  behaviour(
    'part numbers need not begin at 1, and parts that are not named are left out',
    api('CompleteMultipartUpload'),
    async (s3) => {
      const upload = await beginUpload(s3);
      await upload.send(3, 'left out');
      const part = await upload.send(10_000, 'the object');
      await upload.complete([part]);
      await s3.call('GetObject', { Key: 'k' }, { Body: 'the object' });
      expect(await uploadsOf(s3)).toEqual([]);
    },
  ),
  ...[-1, 0, 10_001].map((PartNumber) =>
    behaviour(`the part number ${PartNumber} is InvalidArgument`, guide('qfacts'), async (s3) => {
      const { target } = await beginUpload(s3);
      const message = 'Part number must be an integer between 1 and 10000, inclusive';
      const refused = {
        status: 400,
        code: 'InvalidArgument',
        message,
        ArgumentName: 'partNumber',
        ArgumentValue: String(PartNumber),
      };
      await s3.call('UploadPart', { ...target, PartNumber, Body: 'x' }, refused);
    }),
  ),
  ...['fakeid', '../../../../escape', ''.padEnd(200, '%2e/')].map((UploadId) =>
    behaviour(
      `the upload id ${UploadId.slice(0, 20)} is NoSuchUpload in every operation`,
      api('UploadPart'),
      async (s3) => {
        const target = { Key: 'k', UploadId };
        const expected = { ...NO_SUCH_UPLOAD, UploadId };
        const Parts = [{ ETag: '"8d777f385d3dfec8815d20f7496026dc"', PartNumber: 1 }];
        await s3.call('UploadPart', { ...target, PartNumber: 1, Body: 'x' }, expected);
        await s3.call('ListParts', target, expected);
        await s3.call('CompleteMultipartUpload', { ...target, MultipartUpload: { Parts } }, expected);
        await s3.call('AbortMultipartUpload', target, expected);
      },
    ),
  ),
  behaviour(
    'an upload belongs to its key: under another it is NoSuchUpload',
    api('CompleteMultipartUpload'),
    async (s3) => {
      const { target, send } = await beginUpload(s3);
      const part = await send(1, 'data');
      const other = { ...target, Key: 'other' };
      await s3.call('UploadPart', { ...other, PartNumber: 1, Body: 'x' }, NO_SUCH_UPLOAD);
      await s3.call('ListParts', other, NO_SUCH_UPLOAD);
      await s3.call('CompleteMultipartUpload', { ...other, MultipartUpload: { Parts: [part] } }, NO_SUCH_UPLOAD);
      await s3.call('AbortMultipartUpload', other, NO_SUCH_UPLOAD);
      await s3.call('HeadObject', { Key: 'other' }, { status: 404 });
    },
  ),
  behaviour('an upload belongs to its bucket: in another it is NoSuchUpload', api('UploadPart'), async (s3) => {
    const { target } = await beginUpload(s3);
    await s3.call('CreateBucket', { Bucket: `${s3.bucket}-2` });
    await s3.call('UploadPart', { ...target, Bucket: `${s3.bucket}-2`, PartNumber: 1, Body: 'x' }, NO_SUCH_UPLOAD);
  }),
  behaviour('an upload in a missing bucket is NoSuchBucket', api('CreateMultipartUpload'), (s3) =>
    s3.call('CreateMultipartUpload', { Bucket: 'no-such-bucket-1', Key: 'k' }, { status: 404, code: 'NoSuchBucket' }),
  ),
  behaviour('an aborted upload is gone with its parts', api('AbortMultipartUpload'), async (s3) => {
    const { target, send } = await beginUpload(s3);
    const part = await send(1, 'data');
    await s3.call('AbortMultipartUpload', target, { status: 204 });
    await s3.call('ListParts', target, { ...NO_SUCH_UPLOAD, UploadId: target.UploadId });
    await s3.call('CompleteMultipartUpload', { ...target, MultipartUpload: { Parts: [part] } }, NO_SUCH_UPLOAD);
    expect(await uploadsOf(s3)).toEqual([]);
    await s3.call('HeadObject', { Key: 'k' }, { status: 404 });
  }),
  behaviour('ListParts has each part with size and ETag, in pages', api('ListParts'), async (s3) => {
    const { target, send } = await beginUpload(s3);
    await s3.call('ListParts', target, {
      IsTruncated: false,
      MaxParts: 1000,
      Parts: undefined,
      StorageClass: 'STANDARD',
    });
    const parts = [await send(2, 'two'), await send(1, 'one!'), await send(7, 'seven')];
    const described = [
      { ...parts[1], Size: 4 },
      { ...parts[0], Size: 3 },
      { ...parts[2], Size: 5 },
    ];
    await s3.call('ListParts', target, { IsTruncated: false, Parts: described, UploadId: target.UploadId, Key: 'k' });
    const first = await s3.call(
      'ListParts',
      { ...target, MaxParts: 2 },
      { IsTruncated: true, Parts: described.slice(0, 2) },
    );
    expect(Number(first.NextPartNumberMarker)).toBe(2);
    const rest = { ...target, MaxParts: 2, PartNumberMarker: first.NextPartNumberMarker };
    await s3.call('ListParts', rest, { IsTruncated: false, Parts: described.slice(2) });
    await s3.call(
      'ListParts',
      { ...rest, PartNumberMarker: typeof rest.PartNumberMarker === 'string' ? '10' : 10 },
      { Parts: undefined },
    );
  }),
  behaviour(
    'ListMultipartUploads is in the order of keys, then of the time they were begun',
    api('ListMultipartUploads'),
    async (s3) => {
      const begun = [];
      for (const key of ['b', 'a', 'b', 'c/1']) begun.push((await beginUpload(s3, {}, key)).target);
      const [b1, a, b2, c] = begun;
      expect(await uploadsOf(s3)).toEqual([a, b1, b2, c]);
      expect(await uploadsOf(s3, { Prefix: 'b' })).toEqual([b1, b2]);
      await s3.call('ListMultipartUploads', { Delimiter: '/' }, { CommonPrefixes: [{ Prefix: 'c/' }] });
    },
  ),
  behaviour('ListMultipartUploads comes in pages of max-uploads', api('ListMultipartUploads'), async (s3) => {
    const begun = [];
    for (const key of ['a', 'a', 'b']) begun.push((await beginUpload(s3, {}, key)).target);
    const next = (page: object) => {
      const { NextKeyMarker, NextUploadIdMarker } = page as Record<string, unknown>;
      return { MaxUploads: 1, KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker };
    };
    const first = await s3.call('ListMultipartUploads', { MaxUploads: 1 }, { IsTruncated: true, Uploads: [begun[0]] });
    const second = await s3.call('ListMultipartUploads', next(first), { IsTruncated: true, Uploads: [begun[1]] });
    await s3.call('ListMultipartUploads', next(second), { IsTruncated: false, Uploads: [begun[2]] });
    await s3.call('ListMultipartUploads', { KeyMarker: 'a' }, { Uploads: [begun[2]] });
  }),
  behaviour('a part of an object is read by its number', api('GetObject'), async (s3) => {
    const upload = await beginUpload(s3);
    await upload.complete([await upload.send(1, 'a'.repeat(5 * MB)), await upload.send(2, 'test content 123')]);
    const size = 5 * MB + 16;
    const second = {
      status: 206,
      ContentLength: 16,
      ContentRange: `bytes ${5 * MB}-${size - 1}/${size}`,
      PartsCount: 2,
    };
    await s3.call('GetObject', { Key: 'k', PartNumber: 2 }, { ...second, Body: 'test content 123' });
    await s3.call('HeadObject', { Key: 'k', PartNumber: 2 }, second);
    const missing = { status: 416, code: 'InvalidPartNumber', ActualPartCount: '2', PartNumberRequested: '10' };
    await s3.call('GetObject', { Key: 'k', PartNumber: 10 }, missing);
  }),
  behaviour('an object that was put at once is its own part 1', api('GetObject'), async (s3) => {
    await s3.put('k', 'test-123');
    const whole = { status: 206, Body: 'test-123', ContentRange: 'bytes 0-7/8', PartsCount: undefined };
    await s3.call('GetObject', { Key: 'k', PartNumber: 1 }, whole);
    await s3.call(
      'GetObject',
      { Key: 'k', PartNumber: 2 },
      { status: 416, code: 'InvalidPartNumber', ActualPartCount: '1' },
    );
  }),
  behaviour('a part number with a range is InvalidRequest', api('GetObject'), async (s3) => {
    await s3.put('k');
    const message = 'Cannot specify both Range header and partNumber query parameter';
    await s3.call(
      'GetObject',
      { Key: 'k', PartNumber: 1, Range: 'bytes=0-1' },
      { status: 400, code: 'InvalidRequest', message },
    );
  }),
  behaviour(
    'parts may be sent at once',
    api('UploadPart'),
    async (s3) => {
      const upload = await beginUpload(s3);
      const parts = await Promise.all(
        Array.from({ length: 4 }, (_, index) => upload.send(index + 1, String(index).repeat(5 * MB))),
      );
      await upload.complete(parts);
      await s3.call('HeadObject', { Key: 'k' }, { ContentLength: 20 * MB });
      await s3.call('GetObject', { Key: 'k', Range: `bytes=${10 * MB - 1}-${10 * MB}` }, { Body: '12' });
    },
    ONLY_JAVASCRIPT,
  ), // boto3 makes one call after the other here
];
