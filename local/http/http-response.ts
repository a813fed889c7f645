import type { ServerResponse } from 'node:http';
import { discardBody } from './request-body.ts';

export interface HttpResponse {
  readonly statusCode: number;
  /** By name, in the casing to send. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
}

/**
 * Sends a response, without its body where the status or the method allows none. A response that comes before the end of
 * its request is the connection's last.
 */
export function send(outgoing: ServerResponse, { statusCode, headers, body }: HttpResponse): void {
  const bodiless = statusCode === 204 || statusCode === 304;
  outgoing.statusCode = statusCode;
  for (const [name, values] of headers) {
    const [first = '', ...rest] = values;
    outgoing.setHeader(name, rest.length > 0 ? [...values] : first);
  }
  if (!bodiless) outgoing.setHeader('Content-Length', body.byteLength);
  const sentBody = bodiless || outgoing.req.method === 'HEAD' ? Buffer.alloc(0) : body;
  if (outgoing.req.complete) {
    outgoing.end(sentBody);
    return;
  }
  outgoing.setHeader('Connection', 'close');
  outgoing.flushHeaders();
  outgoing.write(sentBody);
  endAfterRequest(outgoing);
}

/** Ends a response that has been written, once the rest of its request has been read: see {@link discardBody}. */
export function endAfterRequest(outgoing: ServerResponse): void {
  discardBody(outgoing.req).then(() => outgoing.end());
}
