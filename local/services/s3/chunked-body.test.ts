import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { PrincipalStore } from '../iam/principals.ts';
import { ChunkSignatures } from '../iam/service.ts';
import { ChunkedBodyDecoder, type ChunkedCoding } from './chunked-body.ts';

async function decode(coded: string, coding: Partial<ChunkedCoding> & { length: number }, pieceSize = coded.length) {
  const pieces = Array.from({ length: Math.ceil(coded.length / pieceSize) }, (_, index) =>
    Buffer.from(coded.slice(index * pieceSize, (index + 1) * pieceSize), 'latin1'),
  );
  const decoder = new ChunkedBodyDecoder({ trailers: false, ...coding });
  const text = Buffer.concat(await Array.fromAsync(decoder.decode(Readable.from(pieces)))).toString();
  return { text, trailers: decoder.trailers };
}

describe('the aws-chunked coding', () => {
  it.each([
    ['without trailers', 'b\r\nhello world\r\n0\r\n\r\n'],
    ['with a trailing checksum', 'B\r\nhello world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n'],
  ])('is taken off %s, wherever the pieces are cut', async (_, coded) => {
    for (const pieceSize of [1, 2, 3, 7, coded.length]) {
      expect(await decode(coded, { length: 11 }, pieceSize)).toMatchObject({ text: 'hello world' });
    }
  });

  it('gives the trailers', async () => {
    const coded = '1\r\nx\r\n0\r\nX-Amz-Checksum-CRC32: jHNlIQ==\r\nx-amz-other:1\r\n\r\n';
    const trailers = { 'x-amz-checksum-crc32': 'jHNlIQ==', 'x-amz-other': '1' };
    expect(await decode(coded, { length: 1 })).toEqual({ text: 'x', trailers });
  });

  it('has chunks of 8 KB at least, except for the last', async () => {
    const chunk = (size: number) => `${size.toString(16)}\r\n${'a'.repeat(size)}\r\n`;
    const whole = `${chunk(8192)}${chunk(9000)}${chunk(1)}0\r\n\r\n`;
    expect((await decode(whole, { length: 17_193 })).text).toBe('a'.repeat(17_193));
    await expect(decode(`${chunk(8191)}${chunk(1)}0\r\n\r\n`, { length: 8192 })).rejects.toMatchObject({
      code: 'InvalidChunkSizeError',
      status: 403,
      details: { Chunk: '2', BadChunkSize: '8191' },
    });
  });

  it('refuses a trailer that is none', async () => {
    await expect(decode('0\r\nno colon\r\n\r\n', { length: 0 })).rejects.toMatchObject({
      code: 'MalformedTrailerError',
    });
  });

  it.each([
    ['ends early', '5\r\nhello\r\n', 5],
    ['is shorter than stated', '5\r\nhello\r\n0\r\n\r\n', 6],
    ['is longer than stated', '5\r\nhello\r\n0\r\n\r\n', 4],
    ['has a size that is no number', 'x\r\nhello\r\n0\r\n\r\n', 5],
    ['has a chunk longer than its size', '4\r\nhello\r\n0\r\n\r\n', 5],
    ['goes on after its end', '0\r\n\r\nmore\r\n', 0],
  ])('is refused when it %s', async (_, coded, length) => {
    await expect(decode(coded, { length })).rejects.toMatchObject({ code: 'IncompleteBody' });
  });
});

/** The examples of AWS's pages on streamed signatures, of 64 KiB and 1 KiB of the letter a. */
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const SCOPE = '20130524/us-east-1/s3/aws4_request';
const EXAMPLES = {
  chunks: {
    trailers: false,
    seed: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    signatures: [
      'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
      '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
      'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
    ],
    end: '',
  },
  'chunks and trailers': {
    trailers: true,
    seed: '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
    signatures: [
      'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
      '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
      '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
    ],
    end:
      'x-amz-checksum-crc32c:sOO8/Q==\r\n' +
      'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n',
  },
};

describe.each(Object.entries(EXAMPLES))(
  'an aws-chunked body with signed %s',
  (_, { trailers, seed, signatures, end }) => {
    const principals = new PrincipalStore();
    vi.spyOn(principals, 'find').mockReturnValue({
      principal: { kind: 'operator', name: 'example', arn: 'arn:aws:iam::1:user/example' },
      credentials: { accessKeyId: 'example', secretAccessKey: SECRET },
    });
    const authorization = `AWS4-HMAC-SHA256 Credential=example/${SCOPE}, SignedHeaders=host, Signature=${seed}`;
    const head = { method: 'PUT', url: '/', headers: { authorization, 'x-amz-date': '20130524T000000Z' } };
    const coding = () => ({ length: 66_560, trailers, signatures: new ChunkSignatures(head, principals) });
    const bodies = ['a'.repeat(65_536), 'a'.repeat(1024), ''];
    const coded = signatures
      .map(
        (signature, index) => `${bodies[index]?.length.toString(16)};chunk-signature=${signature}\r\n${bodies[index]}`,
      )
      .join('\r\n')
      .concat(end, '\r\n');

    it('is taken as AWS signs it in its example, wherever the pieces are cut', async () => {
      for (const pieceSize of [997, coded.length]) {
        expect((await decode(coded, coding(), pieceSize)).text).toBe('a'.repeat(66_560));
      }
    });

    it('is refused when a byte, a signature or a trailer is another', async () => {
      const changes = [
        coded.replace('aaa\r\n400', 'aab\r\n400'),
        ...signatures.map((signature) => coded.replace(signature, 'f'.repeat(64))),
        ...(trailers ? [coded.replace('sOO8', 'sOO9'), coded.replace('signature:d', 'signature:e')] : []),
      ];
      for (const changed of changes) {
        expect(changed).not.toBe(coded);
        await expect(decode(changed, coding())).rejects.toMatchObject({ code: 'SignatureDoesNotMatch', status: 403 });
      }
    });

    it('is incomplete where a signature is missing or has another form', async () => {
      const [first = ''] = signatures;
      const changes = [
        coded.replace(`;chunk-signature=${first}`, ''),
        coded.replace(first, first.slice(1)),
        coded.replace('chunk-signature', 'chunk-signed'),
        ...(trailers ? [coded.replace(/x-amz-trailer-signature:.*\r\n/, '')] : []),
      ];
      for (const changed of changes) {
        await expect(decode(changed, coding())).rejects.toMatchObject({ code: 'IncompleteBody' });
      }
    });
  },
);
