import type { ServerResponse } from 'node:http';

/** An answer to the client, complete. */
export interface HttpAnswer {
  readonly statusCode: number;
  /** Name in the casing to send, to its values. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
}

/** Sends an answer; a body that the status or the method does not allow is left out. */
export function send(response: ServerResponse, method: string, answer: HttpAnswer): void {
  response.statusCode = answer.statusCode;
  for (const [name, values] of answer.headers) {
    const [first = '', ...rest] = values;
    response.setHeader(name, rest.length > 0 ? [...values] : first);
  }
  const bodyless = answer.statusCode === 204 || answer.statusCode === 304;
  if (!bodyless) response.setHeader('Content-Length', answer.body.byteLength);
  response.end(bodyless || method === 'HEAD' ? undefined : answer.body);
}
