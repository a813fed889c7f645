import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ChunkedBodyDecoder } from './chunked-body.ts';

async function decode(coded: string, length: number, pieceSize = coded.length) {
  const pieces = Array.from({ length: Math.ceil(coded.length / pieceSize) }, (_, index) =>
    Buffer.from(coded.slice(index * pieceSize, (index + 1) * pieceSize), 'latin1'),
  );
  const decoder = new ChunkedBodyDecoder(length);
  const text = Buffer.concat(await Array.fromAsync(decoder.decode(Readable.from(pieces)))).toString();
  return { text, trailers: decoder.trailers };
}

describe('the aws-chunked coding', () => {
  it.each([
    ['without trailers', 'b\r\nhello world\r\n0\r\n\r\n'],
    [
      'with signed chunks',
      '5;chunk-signature=ab\r\nhello\r\n6;chunk-signature=cd\r\n world\r\n0;chunk-signature=ef\r\n\r\n',
    ],
    ['with a trailing checksum', 'B\r\nhello world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n'],
  ])('is taken off %s, wherever the pieces are cut', async (_, coded) => {
    for (const pieceSize of [1, 2, 3, 7, coded.length]) {
      expect(await decode(coded, 11, pieceSize)).toMatchObject({ text: 'hello world' });
    }
  });

  it('gives the trailers', async () => {
    const coded = '1\r\nx\r\n0\r\nX-Amz-Checksum-CRC32: jHNlIQ==\r\nx-amz-other:1\r\n\r\n';
    const trailers = { 'x-amz-checksum-crc32': 'jHNlIQ==', 'x-amz-other': '1' };
    expect(await decode(coded, 1)).toEqual({ text: 'x', trailers });
  });

  it('refuses a trailer that is none', async () => {
    await expect(decode('0\r\nno colon\r\n\r\n', 0)).rejects.toMatchObject({ code: 'MalformedTrailerError' });
  });

  it.each([
    ['ends early', '5\r\nhello\r\n', 5],
    ['is shorter than stated', '5\r\nhello\r\n0\r\n\r\n', 6],
    ['is longer than stated', '5\r\nhello\r\n0\r\n\r\n', 4],
    ['has a size that is no number', 'x\r\nhello\r\n0\r\n\r\n', 5],
    ['has a chunk longer than its size', '4\r\nhello\r\n0\r\n\r\n', 5],
    ['goes on after its end', '0\r\n\r\nmore\r\n', 0],
  ])('is refused when it %s', async (_, coded, length) => {
    await expect(decode(coded, length)).rejects.toMatchObject({ code: 'IncompleteBody' });
  });
});
