import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { FrameError } from './frames.ts';

const LENGTH_BYTES = 4;

/**
 * Reads one message and leaves whatever follows it in the stream, so that the stream can be piped on afterwards.
 *
 * @param maxBytes longest message that is taken
 * @param signal gives up waiting
 * @returns the message without its length; undefined when the stream ended before it
 * @throws FrameError when the message is too long or cut off; the signal's reason when aborted
 */
export async function readFrame(stream: Readable, maxBytes: number, signal: AbortSignal): Promise<Buffer | undefined> {
  const length = (await readExactly(stream, LENGTH_BYTES, signal))?.readInt32BE(0);
  if (length === undefined) return undefined;
  if (length <= 0 || length > maxBytes)
    throw new FrameError(`a message of ${length} bytes is not taken before sign-in`);
  const payload = await readExactly(stream, length, signal);
  if (payload === undefined) throw new FrameError('a message was cut off');
  return payload;
}

async function readExactly(stream: Readable, length: number, signal: AbortSignal): Promise<Buffer | undefined> {
  for (;;) {
    signal.throwIfAborted();
    const chunk: Buffer | null = stream.read(length);
    if (chunk?.length === length) return chunk;
    // A stream that has ended gives what is left.
    if (chunk !== null) throw new FrameError('a message was cut off');
    if (stream.readableEnded || stream.destroyed) return undefined;
    await readableOrEnded(stream, signal);
  }
}

async function readableOrEnded(stream: Readable, signal: AbortSignal): Promise<void> {
  const settled = new AbortController();
  const options = { signal: AbortSignal.any([signal, settled.signal]) };
  try {
    await Promise.race([
      once(stream, 'readable', options),
      once(stream, 'end', options),
      once(stream, 'close', options),
    ]);
  } finally {
    settled.abort();
  }
}
