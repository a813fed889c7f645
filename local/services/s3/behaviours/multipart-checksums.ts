import { expect } from 'vitest';
import { api, behaviour, guide } from './behaviour.ts';
import type { Expected, Session } from './session.ts';

const PAGE = guide('checking-object-integrity-upload');
const BODY = 'test content 123';
/** CRC-32C of the body above as a part, and of the object that is made of this part, as AWS has computed them. */
const PART_CRC32C = 'fwuu0Q==';
const COMPOSITE_CRC32C = 'sZB91Q==-1';

const badRequest = (message: string) => ({ status: 400, code: 'InvalidRequest', message });

/** Begins an upload and sends one part. */
async function beginWithPart(s3: Session, begun: Expected, sent: object) {
  const { UploadId } = await s3.call('CreateMultipartUpload', { Key: 'k', ...begun }, begun);
  const target = { Key: 'k', UploadId };
  const { ETag } = await s3.call('UploadPart', { ...target, PartNumber: 1, Body: BODY, ...sent });
  return { target, part: { ETag, PartNumber: 1 } };
}

/** Checksums of objects from parts. */
export const multipartChecksums = [
  behaviour('an object from parts without checksums has CRC64NVME of the whole', PAGE, async (s3) => {
    const { target, part } = await beginWithPart(s3, {}, {});
    const whole = { ChecksumCRC64NVME: 'BsLNlKumA5I=', ChecksumType: 'FULL_OBJECT' };
    await s3.call('CompleteMultipartUpload', { ...target, MultipartUpload: { Parts: [part] } }, whole);
    await s3.call('HeadObject', { Key: 'k', ChecksumMode: 'ENABLED' }, whole);
  }),
  behaviour('a composite checksum is one of the checksums of the parts', PAGE, async (s3) => {
    const begun = { ChecksumAlgorithm: 'CRC32C', ChecksumType: 'COMPOSITE' };
    const { target, part } = await beginWithPart(s3, begun, { ChecksumAlgorithm: 'CRC32C' });
    const Parts = [{ ...part, ChecksumCRC32C: PART_CRC32C }];
    await s3.call('ListParts', target, { Parts, ...begun });
    const composite = { ChecksumCRC32C: COMPOSITE_CRC32C, ChecksumType: 'COMPOSITE' };
    await s3.call('CompleteMultipartUpload', { ...target, MultipartUpload: { Parts } }, composite);
    await s3.call('HeadObject', { Key: 'k', ChecksumMode: 'ENABLED' }, composite);
    const attributes = await s3.call('GetObjectAttributes', {
      Key: 'k',
      ObjectAttributes: ['Checksum', 'ObjectParts'],
    });
    expect(attributes.Checksum).toEqual({ ChecksumCRC32C: 'sZB91Q==', ChecksumType: 'COMPOSITE' });
    expect(attributes.ObjectParts).toMatchObject({
      TotalPartsCount: 1,
      Parts: [{ PartNumber: 1, Size: 16, ChecksumCRC32C: PART_CRC32C }],
    });
  }),
  behaviour('a checksum of the full object does not depend on its parts', PAGE, async (s3) => {
    const begun = { ChecksumAlgorithm: 'CRC32C', ChecksumType: 'FULL_OBJECT' };
    const { target, part } = await beginWithPart(s3, begun, { ChecksumAlgorithm: 'CRC32C' });
    const whole = { ChecksumCRC32C: PART_CRC32C, ChecksumType: 'FULL_OBJECT' };
    await s3.call('CompleteMultipartUpload', { ...target, MultipartUpload: { Parts: [part] } }, whole);
    await s3.call('HeadObject', { Key: 'k', ChecksumMode: 'ENABLED' }, whole);
  }),
  behaviour('completing with a wrong checksum of the full object is BadDigest', PAGE, async (s3) => {
    const begun = { ChecksumAlgorithm: 'CRC32C', ChecksumType: 'FULL_OBJECT' };
    const { target, part } = await beginWithPart(s3, begun, { ChecksumAlgorithm: 'CRC32C' });
    const input = { ...target, MultipartUpload: { Parts: [part] } };
    const message = 'The crc32c you specified did not match the calculated checksum.';
    const wrong = { ChecksumCRC32C: 'Nks/tw==', ChecksumType: 'FULL_OBJECT' };
    await s3.call('CompleteMultipartUpload', { ...input, ...wrong }, { status: 400, code: 'BadDigest', message });
    await s3.call('HeadObject', { Key: 'k' }, { status: 404 });
    await s3.call('CompleteMultipartUpload', { ...input, ...wrong, ChecksumCRC32C: PART_CRC32C });
  }),
  behaviour('completing a composite upload needs the checksum of each part', PAGE, async (s3) => {
    const begun = { ChecksumAlgorithm: 'CRC32', ChecksumType: 'COMPOSITE' };
    const { target, part } = await beginWithPart(s3, begun, { ChecksumAlgorithm: 'CRC32' });
    const message =
      'The upload was created using a crc32 checksum. The complete request must include the checksum for each part. ' +
      'It was missing for part 1 in the request.';
    await s3.call('CompleteMultipartUpload', { ...target, MultipartUpload: { Parts: [part] } }, badRequest(message));
  }),
  behaviour('completing with a wrong checksum of a part is InvalidPart', PAGE, async (s3) => {
    const begun = { ChecksumAlgorithm: 'CRC32', ChecksumType: 'COMPOSITE' };
    const { target, part } = await beginWithPart(s3, begun, { ChecksumAlgorithm: 'CRC32' });
    const Parts = [{ ...part, ChecksumCRC32: 'NSRBwg==' }];
    const expected = { status: 400, code: 'InvalidPart', PartNumber: '1' };
    await s3.call('CompleteMultipartUpload', { ...target, MultipartUpload: { Parts } }, expected);
  }),
  behaviour('a part with another algorithm than its upload is InvalidRequest', PAGE, async (s3) => {
    const { UploadId } = await s3.call('CreateMultipartUpload', { Key: 'k', ChecksumAlgorithm: 'SHA256' });
    const part = { Key: 'k', UploadId, PartNumber: 1, Body: BODY, ChecksumAlgorithm: 'CRC32' };
    const message = 'Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32';
    await s3.call('UploadPart', part, badRequest(message));
  }),
  behaviour('a checksum type without an algorithm is InvalidRequest', api('CreateMultipartUpload'), (s3) =>
    s3.call(
      'CreateMultipartUpload',
      { Key: 'k', ChecksumType: 'COMPOSITE' },
      badRequest('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.'),
      { checksums: false },
    ),
  ),
  behaviour('an unknown checksum algorithm is InvalidRequest', api('CreateMultipartUpload'), (s3) =>
    s3.call(
      'CreateMultipartUpload',
      { Key: 'k', ChecksumAlgorithm: 'TEST' },
      badRequest(
        'Checksum algorithm provided is unsupported. Please try again with any of the valid types: ' +
          '[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
      ),
    ),
  ),
  ...(
    [
      ['COMPOSITE', 'CRC64NVME'],
      ['FULL_OBJECT', 'SHA256'],
      ['FULL_OBJECT', 'SHA1'],
    ] as const
  ).map(([ChecksumType, ChecksumAlgorithm]) =>
    behaviour(`${ChecksumType} with ${ChecksumAlgorithm} is InvalidRequest`, PAGE, (s3) =>
      s3.call(
        'CreateMultipartUpload',
        { Key: 'k', ChecksumType, ChecksumAlgorithm },
        badRequest(
          `The ${ChecksumType} checksum type cannot be used with the ${ChecksumAlgorithm.toLowerCase()} checksum algorithm.`,
        ),
      ),
    ),
  ),
  ...(
    [
      ['CRC32', 'COMPOSITE'],
      ['CRC32C', 'COMPOSITE'],
      ['SHA1', 'COMPOSITE'],
      ['SHA256', 'COMPOSITE'],
      ['CRC64NVME', 'FULL_OBJECT'],
    ] as const
  ).map(([ChecksumAlgorithm, ChecksumType]) =>
    behaviour(`an upload with ${ChecksumAlgorithm} alone is ${ChecksumType}`, PAGE, (s3) =>
      s3.call('CreateMultipartUpload', { Key: 'k', ChecksumAlgorithm }, { ChecksumAlgorithm, ChecksumType }),
    ),
  ),
  behaviour('a part that is copied has the checksum of its upload', api('UploadPartCopy'), async (s3) => {
    await s3.put('from', 'this is a part');
    const begun = { ChecksumAlgorithm: 'CRC32C', ChecksumType: 'COMPOSITE' };
    const { UploadId } = await s3.call('CreateMultipartUpload', { Key: 'k', ...begun });
    const part = { Key: 'k', UploadId, PartNumber: 1, CopySource: s3.source('from') };
    const { CopyPartResult } = await s3.call('UploadPartCopy', part, {
      CopyPartResult: { ChecksumCRC32C: 'iqJrOQ==' },
    });
    const { ETag } = CopyPartResult as { ETag: string };
    const Parts = [{ ETag, PartNumber: 1, ChecksumCRC32C: 'iqJrOQ==' }];
    const composite = { ChecksumCRC32C: 'F9bAnw==-1', ChecksumType: 'COMPOSITE' };
    await s3.call('CompleteMultipartUpload', { Key: 'k', UploadId, MultipartUpload: { Parts } }, composite);
  }),
];
