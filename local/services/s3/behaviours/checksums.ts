import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect } from 'vitest';
import { api, behaviour, guide, ONLY_JAVASCRIPT } from './behaviour.ts';
import type { Session } from './session.ts';

const BODY = 'test-checksum';
const PAGE = guide('checking-object-integrity');
const MD5 = createHash('md5').update(BODY).digest('base64');

/** Of the body above, as AWS has computed them; and those of another body. */
const CHECKSUMS = {
  CRC32: ['lVk/nw==', 'rfPzYw=='],
  CRC32C: ['Fz3epA==', 'rfPzYw=='],
  CRC64NVME: ['1f2xscCCZCU=', 'qUVrWYOrIAM='],
  SHA1: [createHash('sha1').update(BODY).digest('base64'), '5zXdjmjYk4EJ8Cw4PMnQVslCpRQ='],
  SHA256: ['1YQo81vx2VFUl0q5ccWISq8AkSBQQ0WO80S82TmfdIQ=', '2l26x0trnT0r2AvakoFk2MB7eKVKzYESLMxSAKAzoik='],
} as const;
type Algorithm = keyof typeof CHECKSUMS;
const ALGORITHMS = Object.entries(CHECKSUMS) as [Algorithm, (typeof CHECKSUMS)[Algorithm]][];

const withMode = { Key: 'k', ChecksumMode: 'ENABLED' };
const headerOf = (algorithm: Algorithm) => `x-amz-checksum-${algorithm.toLowerCase()}`;

async function nothingIsStored(s3: Session): Promise<void> {
  await s3.call('HeadObject', { Key: 'k' }, { status: 404 });
}

/** Sends a body in the aws-chunked coding, which no client would send like this. */
function sendChunked(s3: Session, body: string, trailer: string, expected: object, length = 13) {
  const headers = {
    'content-encoding': 'aws-chunked',
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': String(length),
    ...(trailer ? { 'x-amz-trailer': trailer } : {}),
  };
  return s3.call('PutObject', { Key: 'k', Body: 'replaced' }, { ...expected }, { checksums: false, headers, body });
}

/** Integrity of bodies. */
export const checksums = [
  ...ALGORITHMS.flatMap(([algorithm, [right, wrong]]) => [
    behaviour(
      `${algorithm} that is given with the body is verified, kept and returned on request`,
      PAGE,
      async (s3) => {
        const field = { [`Checksum${algorithm}`]: right, ChecksumType: 'FULL_OBJECT' };
        await s3.call('PutObject', { Key: 'k', Body: BODY, [`Checksum${algorithm}`]: right }, field);
        await s3.call('GetObject', withMode, { ...field, Body: BODY });
        await s3.call('HeadObject', withMode, field);
        const { Checksum } = await s3.call('GetObjectAttributes', { Key: 'k', ObjectAttributes: ['Checksum'] });
        expect(Checksum).toEqual(field);
      },
    ),
    behaviour(`${algorithm} that the client computes is kept`, PAGE, async (s3) => {
      await s3.call(
        'PutObject',
        { Key: 'k', Body: BODY, ChecksumAlgorithm: algorithm },
        { [`Checksum${algorithm}`]: right },
      );
      await s3.call('GetObject', withMode, { [`Checksum${algorithm}`]: right });
    }),
    behaviour(`${algorithm} in a trailer of a streamed body is verified and kept`, PAGE, async (s3) => {
      const input = { Key: 'k', Body: BODY, ChecksumAlgorithm: algorithm };
      await s3.call('PutObject', input, { [`Checksum${algorithm}`]: right }, { stream: true });
      const found = { Body: BODY, ContentLength: BODY.length, [`Checksum${algorithm}`]: right };
      await s3.call('GetObject', withMode, { ...found, ContentEncoding: undefined });
    }),
    behaviour(`${algorithm} of another body is BadDigest, and nothing is stored`, PAGE, async (s3) => {
      const message = `The ${algorithm} you specified did not match the calculated checksum.`;
      const input = { Key: 'k', Body: BODY, [`Checksum${algorithm}`]: wrong };
      await s3.call('PutObject', input, { status: 400, code: 'BadDigest', message });
      await nothingIsStored(s3);
    }),
    behaviour(
      `${algorithm} of another body in a trailer is BadDigest, and nothing is stored`,
      PAGE,
      async (s3) => {
        const body = `d\r\n${BODY}\r\n0\r\n${headerOf(algorithm)}:${wrong}\r\n\r\n`;
        await sendChunked(s3, body, headerOf(algorithm), { status: 400, code: 'BadDigest' });
        await nothingIsStored(s3);
      },
      ONLY_JAVASCRIPT,
    ), // one request by hand is enough
    behaviour(`${algorithm} that is no checksum is InvalidRequest`, PAGE, async (s3) => {
      const message = `Value for ${headerOf(algorithm)} header is invalid.`;
      const input = { Key: 'k', Body: BODY, [`Checksum${algorithm}`]: 'not base64' };
      await s3.call('PutObject', input, { status: 400, code: 'InvalidRequest', message });
      await nothingIsStored(s3);
    }),
  ]),
  behaviour('an object without a checksum from its client has CRC64NVME', PAGE, async (s3) => {
    await s3.put('k', BODY, {}, { checksums: false });
    await s3.call('HeadObject', withMode, { ChecksumCRC64NVME: '1f2xscCCZCU=', ChecksumType: 'FULL_OBJECT' });
  }),
  behaviour('checksums are returned on request alone', api('GetObject'), async (s3) => {
    await s3.put('k', BODY, { ChecksumSHA256: CHECKSUMS.SHA256[0] });
    const none = { ChecksumSHA256: undefined, ChecksumType: undefined };
    await s3.call('GetObject', { Key: 'k' }, none, { checksums: false });
    await s3.call('HeadObject', { Key: 'k' }, none);
  }),
  behaviour('a range is returned without the checksum of the whole', api('GetObject'), async (s3) => {
    await s3.put('k', BODY);
    await s3.call('GetObject', { ...withMode, Range: 'bytes=0-3' }, { Body: 'test', ChecksumCRC32: undefined });
  }),
  behaviour('two checksums are InvalidRequest', PAGE, async (s3) => {
    const message = 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.';
    const headers = { 'x-amz-checksum-crc32': CHECKSUMS.CRC32[0], 'x-amz-checksum-crc32c': CHECKSUMS.CRC32C[0] };
    const options = { headers, checksums: false };
    await s3.call('PutObject', { Key: 'k', Body: BODY }, { status: 400, code: 'InvalidRequest', message }, options);
    await nothingIsStored(s3);
  }),
  behaviour('Content-MD5 of the body is accepted', api('PutObject'), async (s3) => {
    await s3.put('k', BODY, { ContentMD5: MD5 });
    await s3.call('GetObject', { Key: 'k' }, { Body: BODY });
  }),
  behaviour('Content-MD5 of another body is BadDigest, and nothing is stored', api('PutObject'), async (s3) => {
    const message = 'The Content-MD5 you specified did not match what we received.';
    const input = { Key: 'k', Body: BODY, ContentMD5: 'CYketZBSTjX8czcs3cXVlg==' };
    await s3.call('PutObject', input, { status: 400, code: 'BadDigest', message, CalculatedDigest: MD5 });
    await nothingIsStored(s3);
  }),
  ...['__invalid__', '000', 'MTIz', 'dGVzdC1zdHJpbmc='].map((ContentMD5) =>
    behaviour(`Content-MD5 ${ContentMD5} is InvalidDigest`, api('PutObject'), async (s3) => {
      const message = 'The Content-MD5 you specified was invalid.';
      await s3.call('PutObject', { Key: 'k', Body: BODY, ContentMD5 }, { status: 400, code: 'InvalidDigest', message });
      await nothingIsStored(s3);
    }),
  ),
  behaviour('a part with another Content-MD5 or checksum is BadDigest', api('UploadPart'), async (s3) => {
    const { UploadId } = await s3.call('CreateMultipartUpload', { Key: 'k' });
    const part = { Key: 'k', UploadId, PartNumber: 1, Body: BODY };
    const refused = { status: 400, code: 'BadDigest' };
    await s3.call('UploadPart', { ...part, ContentMD5: 'CYketZBSTjX8czcs3cXVlg==' }, refused);
    await s3.call('UploadPart', { ...part, ChecksumCRC32: CHECKSUMS.CRC32[1] }, refused);
    await s3.call('ListParts', { Key: 'k', UploadId }, { Parts: undefined });
  }),
  behaviour(
    'a body of another SHA-256 than was signed is XAmzContentSHA256Mismatch',
    api('PutObject'),
    async (s3) => {
      const signed = createHash('sha256').update('honest').digest('hex');
      const options = { headers: { 'x-amz-content-sha256': signed }, checksums: false };
      const refused = { status: 400, code: 'XAmzContentSHA256Mismatch', ClientComputedContentSHA256: signed };
      await s3.call('PutObject', { Key: 'k', Body: BODY }, refused, options);
      await nothingIsStored(s3);
    },
    ONLY_JAVASCRIPT,
  ), // boto3 always computes it
  behaviour(
    'a chunked body without a trailer is stored without its coding',
    api('PutObject'),
    async (s3) => {
      await sendChunked(s3, `d\r\n${BODY}\r\n0\r\n\r\n`, '', {});
      await s3.call('GetObject', { Key: 'k' }, { Body: BODY, ContentEncoding: undefined });
    },
    ONLY_JAVASCRIPT,
  ), // boto3 always sends a trailer
  behaviour(
    'a chunked body of another length than stated is IncompleteBody',
    api('PutObject'),
    async (s3) => {
      await sendChunked(s3, `d\r\n${BODY}\r\n0\r\n\r\n`, '', { status: 400, code: 'IncompleteBody' }, 14);
      await nothingIsStored(s3);
    },
    ONLY_JAVASCRIPT,
  ),
  behaviour('a megabyte in a streamed body keeps its content encoding', api('PutObject'), async (s3) => {
    const Body = 'x'.repeat(1_048_576);
    await s3.put('k', Body, { ContentEncoding: 'x-own' }, { stream: true });
    const found = await s3.call('GetObject', { Key: 'k' }, { ContentEncoding: 'x-own', ContentLength: 1_048_576 });
    expect(found.Body === Body).toBe(true);
  }),
  behaviour('DeleteObjects with another Content-MD5 or checksum is BadDigest', api('DeleteObjects'), async (s3) => {
    await s3.put('k');
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32('another body'));
    const options = { headers: { 'x-amz-checksum-crc32': checksum.toString('base64') } };
    await s3.call(
      'DeleteObjects',
      { Delete: { Objects: [{ Key: 'k' }] } },
      { status: 400, code: 'BadDigest' },
      options,
    );
    await s3.call('HeadObject', { Key: 'k' });
  }),
  behaviour(
    'GetObjectAttributes gives what is asked for, with an ETag without quotes',
    api('GetObjectAttributes'),
    async (s3) => {
      await s3.put('k', BODY);
      const ETag = createHash('md5').update(BODY).digest('hex');
      const ObjectAttributes = ['ETag', 'ObjectSize', 'StorageClass'];
      const all = {
        ETag,
        ObjectSize: 13,
        StorageClass: 'STANDARD',
        Checksum: undefined,
        LastModified: expect.any(String),
      };
      await s3.call('GetObjectAttributes', { Key: 'k', ObjectAttributes }, all);
      await s3.call(
        'GetObjectAttributes',
        { Key: 'k', ObjectAttributes: ['ObjectSize'] },
        { ObjectSize: 13, ETag: undefined },
      );
    },
  ),
  behaviour('GetObjectAttributes of a missing key is NoSuchKey', api('GetObjectAttributes'), (s3) =>
    s3.call('GetObjectAttributes', { Key: 'k', ObjectAttributes: ['ETag'] }, { status: 404, code: 'NoSuchKey' }),
  ),
];
