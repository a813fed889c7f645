import type { ServerResponse } from 'node:http';
import { discardBody } from '../services/api-gateway/request-body.ts';

/** An answer to the client, complete. */
export interface HttpResponse {
  readonly statusCode: number;
  /** Name in the casing to send, to its values. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
}

/**
 * Sends an answer; a body that the status or the method does not allow is left out. An answer that comes before the
 * request has is the connection's last.
 */
export function send(outgoing: ServerResponse, method: string, response: HttpResponse): void {
  outgoing.statusCode = response.statusCode;
  for (const [name, values] of response.headers) {
    const [first = '', ...rest] = values;
    outgoing.setHeader(name, rest.length > 0 ? [...values] : first);
  }
  const bodyless = response.statusCode === 204 || response.statusCode === 304;
  if (!bodyless) outgoing.setHeader('Content-Length', response.body.byteLength);
  const body = bodyless || method === 'HEAD' ? Buffer.alloc(0) : response.body;
  if (outgoing.req.complete) {
    outgoing.end(body);
    return;
  }
  outgoing.setHeader('Connection', 'close');
  outgoing.flushHeaders();
  outgoing.write(body);
  endAfterRequest(outgoing);
}

/** Ends an answer, all of which has been written, once its request has been taken in: see {@link discardBody}. */
export function endAfterRequest(outgoing: ServerResponse): void {
  discardBody(outgoing.req).then(() => outgoing.end());
}
