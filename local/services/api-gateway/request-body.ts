import type { IncomingMessage } from 'node:http';
import { faults, GatewayFault } from './gateway-fault.ts';

/** API Gateway's limit for a payload: 10 MB. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** How much, and how long, a client may go on sending once it has its answer. */
const DISCARD_BYTES = 256 * 1024 * 1024;
const DISCARD_MS = 10_000;

/** The client closed its connection before its request was complete. */
export class ClientGone extends Error {
  override name = 'ClientGone';
}

/**
 * Reads a request's body.
 *
 * @throws GatewayFault (413) when it is over 10 MB
 * @throws ClientGone
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > MAX_BODY_BYTES) throw new GatewayFault(faults.requestTooLarge);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.byteLength;
      if (length > MAX_BODY_BYTES) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw new ClientGone('the client closed its connection', { cause: error });
  }
  if (length > MAX_BODY_BYTES) throw new GatewayFault(faults.requestTooLarge);
  return Buffer.concat(chunks);
}

/**
 * Reads the rest of a body and drops it. A connection that is closed with bytes unread is reset, and the client loses the
 * answer that it has not read yet. Resolves when the client is done or gone, at the latest after 10 s or 256 MB.
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
