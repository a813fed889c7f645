import type { IncomingHttpHeaders } from 'node:http';

// Not by an import, which reads every property of the module: one of them loads all of Node's own fetch, at each cold start.
const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

/** Until a server has taken the connection. */
const CONNECT_MS = 800;

/** Connections stay open between requests; both sides may end them, above all while an environment is frozen. */
const KEPT = { keepAlive: true, maxSockets: 50 };
const agents = { 'http:': new http.Agent(KEPT), 'https:': new https.Agent(KEPT) };

export interface HttpRequest {
  readonly method: string;
  readonly address: URL;
  /** With the query, encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** What HTTP calls the status. */
  readonly statusText: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server took no connection, or did not respond, in time. */
export class NoResponseError extends Error {
  override readonly name = 'NoResponseError';
}

/**
 * Sends a request, and reads the response as text, whatever its status.
 *
 * @param milliseconds for all of it
 * @throws NoResponseError when connecting takes 800 ms or all of it too long; what Node throws when there is no connection
 */
export function exchange(
  { method, address, path, headers, body }: HttpRequest,
  milliseconds: number,
): Promise<HttpResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
  const { protocol, hostname, port } = address;
  const secure = protocol === 'https:';
  const agent = agents[secure ? 'https:' : 'http:'];
  const request = (secure ? https : http).request({ agent, hostname, port, method, path, headers }, (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (some: string) => {
      text += some;
    });
    response.on('error', reject);
    response.on('end', () => {
      const { statusCode: status = 0, statusMessage: statusText = '', headers } = response;
      resolve({ status, statusText, headers, body: text });
    });
  });
  const giveUp = (reason: string) => request.destroy(new NoResponseError(`${address.host} ${reason}.`));
  const timer = setTimeout(() => giveUp(`did not respond within ${Math.ceil(milliseconds)} ms`), milliseconds);
  let connecting: NodeJS.Timeout | undefined;
  request.once('socket', (socket) => {
    if (!socket.connecting) return;
    connecting = setTimeout(() => giveUp(`took no connection within ${CONNECT_MS} ms`), CONNECT_MS);
    socket.once('connect', () => clearTimeout(connecting));
  });
  request.on('error', reject);
  request.once('close', () => {
    clearTimeout(timer);
    clearTimeout(connecting);
  });
  request.end(body);
  return promise;
}
