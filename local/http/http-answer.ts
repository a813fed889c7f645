import type { ServerResponse } from 'node:http';
import { discardBody } from '../services/api-gateway/request-body.ts';

/** An answer to the client, complete. */
export interface HttpAnswer {
  readonly statusCode: number;
  /** Name in the casing to send, to its values. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
}

/**
 * Sends an answer; a body that the status or the method does not allow is left out. An answer that comes before the
 * request has is the connection's last.
 */
export function send(response: ServerResponse, method: string, answer: HttpAnswer): void {
  response.statusCode = answer.statusCode;
  for (const [name, values] of answer.headers) {
    const [first = '', ...rest] = values;
    response.setHeader(name, rest.length > 0 ? [...values] : first);
  }
  const bodyless = answer.statusCode === 204 || answer.statusCode === 304;
  if (!bodyless) response.setHeader('Content-Length', answer.body.byteLength);
  const body = bodyless || method === 'HEAD' ? Buffer.alloc(0) : answer.body;
  if (response.req.complete) {
    response.end(body);
    return;
  }
  response.setHeader('Connection', 'close');
  response.flushHeaders();
  response.write(body);
  endAfterRequest(response);
}

/** Ends an answer, all of which has been written, once its request has been taken in: see {@link discardBody}. */
export function endAfterRequest(response: ServerResponse): void {
  discardBody(response.req).then(() => response.end());
}
