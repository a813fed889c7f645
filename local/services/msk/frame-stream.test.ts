import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { readFrame } from './frame-stream.ts';
import { FrameError, frame } from './frames.ts';

const deadline = () => AbortSignal.timeout(2_000);

describe('reading a message from a connection', () => {
  it('puts together what arrives in pieces', async () => {
    const stream = new PassThrough();
    const read = readFrame(stream, 100, deadline());
    for (const byte of frame(Buffer.from('hello'))) stream.write(Buffer.from([byte]));
    expect((await read)?.toString()).toBe('hello');
  });

  it('leaves what follows in the stream, to be piped on', async () => {
    const stream = new PassThrough();
    stream.write(Buffer.concat([frame(Buffer.from('first')), Buffer.from('rest ')]));
    expect((await readFrame(stream, 100, deadline()))?.toString()).toBe('first');
    const target = stream.pipe(new PassThrough());
    stream.end('and more');
    expect((await buffer(target)).toString()).toBe('rest and more');
  });

  it('says when the stream has ended', async () => {
    const stream = new PassThrough();
    const read = readFrame(stream, 100, deadline());
    stream.end();
    expect(await read).toBeUndefined();
  });

  it.each([
    ['is longer than allowed', Buffer.from([0, 0, 1, 0])],
    ['has a negative length', Buffer.from([255, 255, 255, 255])],
    ['is empty', Buffer.from([0, 0, 0, 0])],
    ['is cut off', Buffer.from([0, 0, 0, 9, 1])],
    ['is cut off in its length', Buffer.from([0, 0])],
  ])('refuses a message that %s', async (_, content) => {
    const stream = new PassThrough();
    stream.end(content);
    await expect(readFrame(stream, 100, deadline())).rejects.toThrow(FrameError);
  });

  it('gives up when it is told to', async () => {
    const gone = new AbortController();
    const read = readFrame(new PassThrough(), 100, gone.signal);
    gone.abort(new Error('client is gone'));
    await expect(read).rejects.toThrow();
  });
});
