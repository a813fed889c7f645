import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

const DISCARD_BYTES = 256 * 1024 * 1024;
const DISCARD_MS = 10_000;

/** Reads a whole body. Throws `tooLarge()` as soon as it is over `maxBytes`, or the stream's own error. */
export async function readBody(source: Readable, maxBytes: number, tooLarge: () => Error): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Destroying the request would close the connection that the refusal has to go over.
  for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Reads and drops the rest of a body, until the client is done or gone, 10 s have passed, or 256 MB have come. Closing a
 * connection with bytes unread would reset it, and the client would lose the response.
 */
export async function discardBody(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return;
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  const limit = setTimeout(resolve, DISCARD_MS);
  let length = 0;
  request.once('end', resolve).once('close', resolve);
  request.on('data', (chunk: Buffer) => {
    length += chunk.byteLength;
    if (length > DISCARD_BYTES) resolve();
  });
  request.resume();
  await enough;
  clearTimeout(limit);
}
