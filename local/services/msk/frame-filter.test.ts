import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { FrameFilter } from './frame-filter.ts';
import { FrameError, frame } from './kafka-bytes.ts';

/** Replaces each message that begins with `!` by one that is as long in words. */
function filtered(...chunks: readonly Buffer[]): Promise<Buffer> {
  const filter = new FrameFilter({
    headBytes: 5,
    applies: (head) => head[4] === '!'.charCodeAt(0),
    replacement: (message) => frame(Buffer.from(`was ${message.length}`)),
  });
  return buffer(Readable.from(chunks).pipe(filter, { end: true }));
}

const message = (text: string) => frame(Buffer.from(text));
const sent = Buffer.concat(['first', '!second', '!', 'x'.repeat(300), '!last'].map(message));
const received = Buffer.concat(['first', 'was 11', 'was 5', 'x'.repeat(300), 'was 9'].map(message));

/** The bytes in pieces of one length. */
function pieces(bytes: Buffer, length: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, n) =>
    bytes.subarray(n * length, (n + 1) * length),
  );
}

describe('a stream of messages', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 11, 64, 1_000])('passes with some replaced, in pieces of %d bytes', async (length) => {
    expect(await filtered(...pieces(sent, length))).toEqual(received);
  });

  it('keeps what is left of a message that was cut off', async () => {
    const cut = sent.subarray(0, sent.length - 'last'.length - 2);
    expect(await filtered(cut)).toEqual(received.subarray(0, received.length - message('was 9').length + 3));
  });

  it('is refused when a message is shorter than any can be', async () => {
    const filter = new FrameFilter({ headBytes: 8, applies: () => false, replacement: (whole) => whole });
    const failed = new Promise((resolve) => filter.once('error', resolve));
    filter.write(Buffer.concat([frame(Buffer.from('abc')), Buffer.from('more')]));
    expect(await failed).toBeInstanceOf(FrameError);
  });
});
