import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type HttpResponse, send } from './http-response.ts';
import { requestedHost } from './request-target.ts';

/** Names that mean this machine to every browser: RFC 6761, section 6.3. No name server is asked for them. */
const LOCAL_HOST = /^(?:(?:[a-z0-9_-]+\.)*localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

const REFUSAL = 'Servers of this machine are called by the names localhost, *.localhost, 127.0.0.1 or [::1] only.\n';

/** Whether a `Host` header, with or without a port, names this machine. */
export function isLocalHost(host: string): boolean {
  return LOCAL_HOST.test(host);
}

/**
 * Lets a listener see only the requests that name this machine as their host; others get a 403. To a browser, a page of a
 * foreign site whose name was made to lead here (DNS rebinding) has the same origin as this server and may read everything,
 * but its requests carry the foreign name. A request without a `Host` header comes from no browser.
 *
 * @param refuseMalformed responds with 400 to a request whose host is malformed
 */
export function localOnly(listener: RequestListener, refuseMalformed = refuseInPlainText): RequestListener {
  return (request, response) => {
    let host: string;
    try {
      host = requestedHost(request) ?? 'localhost';
    } catch (error) {
      refuseMalformed(request, response, (error as Error).message);
      return;
    }
    if (isLocalHost(host)) listener(request, response);
    else send(response, plainText(403, REFUSAL));
  };
}

function refuseInPlainText(_: IncomingMessage, response: ServerResponse, reason: string): void {
  send(response, plainText(400, `Bad request: ${reason}.\n`));
}

function plainText(statusCode: number, text: string): HttpResponse {
  return { statusCode, headers: new Map([['Content-Type', ['text/plain']]]), body: Buffer.from(text) };
}
