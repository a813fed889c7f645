import { api, behaviour, guide } from './behaviour.ts';
import { beginUpload, INVALID_PART, MB } from './multipart-upload.ts';

/** The end of an upload in parts. */
export const completion = [
  behaviour('completing with a part that was never sent is InvalidPart', api('CompleteMultipartUpload'), async (s3) => {
    const upload = await beginUpload(s3);
    const part = await upload.send(1, 'data');
    const never = { ...INVALID_PART, PartNumber: '2', UploadId: upload.target.UploadId };
    await upload.complete([{ ...part, PartNumber: 2 }], never);
    await s3.call('HeadObject', { Key: 'k' }, { status: 404 });
    await upload.complete([part]);
    await s3.call('GetObject', { Key: 'k' }, { Body: 'data' });
  }),
  behaviour('completing with the wrong ETag of a part is InvalidPart', api('CompleteMultipartUpload'), async (s3) => {
    const upload = await beginUpload(s3);
    await upload.send(1, 'data');
    const ETag = '"d41d8cd98f00b204e9800998ecf8427e"';
    const expected = { ...INVALID_PART, PartNumber: '1', ETag: 'd41d8cd98f00b204e9800998ecf8427e' };
    await upload.complete([{ ETag, PartNumber: 1 }], expected);
  }),
  behaviour(
    'completing with an ETag of a part without its quotes works',
    api('CompleteMultipartUpload'),
    async (s3) => {
      const upload = await beginUpload(s3);
      const { ETag } = await upload.send(1, 'data');
      await upload.complete([{ ETag: String(ETag).replaceAll('"', ''), PartNumber: 1 }]);
    },
  ),
  behaviour(
    'completing with parts in descending order is InvalidPartOrder',
    api('CompleteMultipartUpload'),
    async (s3) => {
      const upload = await beginUpload(s3);
      const parts = [await upload.send(1, 'x'.repeat(5 * MB)), await upload.send(2, 'y')];
      const message = 'The list of parts was not in ascending order. Parts must be ordered by part number.';
      await upload.complete(parts.toReversed(), {
        status: 400,
        code: 'InvalidPartOrder',
        message,
        UploadId: upload.target.UploadId,
      });
      await upload.complete(parts);
    },
  ),
  behaviour('completing with a part below 5 MiB before the last is EntityTooSmall', guide('qfacts'), async (s3) => {
    const upload = await beginUpload(s3);
    const parts = [await upload.send(1, 'data'), await upload.send(2, 'data')];
    const sizes = {
      ProposedSize: '4',
      MinSizeAllowed: '5242880',
      PartNumber: '1',
      ETag: '8d777f385d3dfec8815d20f7496026dc',
    };
    await upload.complete(parts, { status: 400, code: 'EntityTooSmall', ...sizes });
  }),
  behaviour('completing without a list of parts is InvalidRequest', api('CompleteMultipartUpload'), async (s3) => {
    const { target, send } = await beginUpload(s3);
    await send(1, 'data');
    const refused = { status: 400, code: 'InvalidRequest', message: 'You must specify at least one part' };
    await s3.call('CompleteMultipartUpload', target, refused);
  }),
  behaviour('completing with an empty list of parts is MalformedXML', api('CompleteMultipartUpload'), async (s3) => {
    const { target } = await beginUpload(s3);
    const input = { ...target, MultipartUpload: { Parts: [] } };
    const body = '<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></CompleteMultipartUpload>';
    await s3.call('CompleteMultipartUpload', input, { status: 400, code: 'MalformedXML' }, { body });
  }),
  behaviour(
    'completing with another size than stated is InvalidRequest',
    api('CompleteMultipartUpload'),
    async (s3) => {
      const upload = await beginUpload(s3);
      const part = await upload.send(1, 'data');
      const message = "The provided 'x-amz-mp-object-size' header value 5 does not match what was computed: 4";
      await upload.complete([part], { status: 400, code: 'InvalidRequest', message }, { MpuObjectSize: 5 });
      await upload.complete([part], {}, { MpuObjectSize: 4 });
    },
  ),
  behaviour(
    'completing with If-None-Match * does not write over an object',
    guide('conditional-writes'),
    async (s3) => {
      const upload = await beginUpload(s3);
      const part = await upload.send(1, 'data');
      await s3.put('k', 'was faster');
      await upload.complete(
        [part],
        { status: 412, code: 'PreconditionFailed', Condition: 'If-None-Match' },
        { IfNoneMatch: '*' },
      );
      await s3.call('GetObject', { Key: 'k' }, { Body: 'was faster' });
    },
  ),
  behaviour('completing with If-Match writes over that ETag alone', guide('conditional-writes'), async (s3) => {
    const { ETag } = await s3.put('k', 'before');
    const refused = { status: 412, code: 'PreconditionFailed', Condition: 'If-Match' };
    const first = await beginUpload(s3);
    await first.complete([await first.send(1, 'x')], refused, { IfMatch: '"d41d8cd98f00b204e9800998ecf8427e"' });
    const second = await beginUpload(s3);
    await second.complete([await second.send(1, 'after')], {}, { IfMatch: ETag });
    await s3.call('GetObject', { Key: 'k' }, { Body: 'after' });
  }),
];
