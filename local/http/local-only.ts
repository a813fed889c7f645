import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { send } from './http-response.ts';
import { requestedHost } from './request-target.ts';

/** Names that mean this machine to every browser: RFC 6761, section 6.3. No name server is asked for them. */
const LOCAL_HOST = /^(?:(?:[a-z0-9_-]+\.)*localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/** What is wrong about a request with another host. */
export const FOREIGN_HOST =
  'Servers of this machine are called by the names localhost, *.localhost, 127.0.0.1 or [::1] only.';

/** Responds to a request that the listener does not see: 400 when its host is malformed, 403 when it is another machine's. */
export type RefuseHost = (
  request: IncomingMessage,
  response: ServerResponse,
  status: 400 | 403,
  reason: string,
) => void;

/** Whether a `Host` header, with or without a port, names this machine. */
export function isLocalHost(host: string): boolean {
  return LOCAL_HOST.test(host);
}

/**
 * Lets a listener see only the requests that name this machine as their host; others get a 403. To a browser, a page of a
 * foreign site whose name was made to lead here (DNS rebinding) has the same origin as this server and may read everything,
 * but its requests carry the foreign name. A request without a `Host` header comes from no browser.
 *
 * @param refuse responds to the others
 */
export function localOnly(listener: RequestListener, refuse: RefuseHost = refuseInPlainText): RequestListener {
  return (request, response) => {
    let host: string;
    try {
      host = requestedHost(request) ?? 'localhost';
    } catch (error) {
      refuse(request, response, 400, `${(error as Error).message}.`);
      return;
    }
    if (isLocalHost(host)) listener(request, response);
    else refuse(request, response, 403, FOREIGN_HOST);
  };
}

const refuseInPlainText: RefuseHost = (_request, response, statusCode, reason) => {
  const headers = new Map([['Content-Type', ['text/plain']]]);
  send(response, { statusCode, headers, body: Buffer.from(`${reason}\n`) });
};
