import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { addressesOfLocalhost, listenAtEach } from '../../tooling/ports.ts';
import type { Admits } from '../../tooling/sockets.ts';
import { type HttpResponse, send } from './http-response.ts';
import { localOnly } from './local-only.ts';

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Refuses new connections, lets running requests end, and cuts those that take longer than 3 s. */
  stop(): Promise<void>;
}

export type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** 403: its host is not this machine. 408: the request never ended. 417: it expects something unknown. 431: its headers are over 16 KB. */
export type RefusalStatus = 400 | 403 | 408 | 417 | 431;

export type Refuse = (statusCode: RefusalStatus, reason: string, socket: Socket) => HttpResponse;

export interface ServeOptions {
  /** Another address: 0.0.0.0 for all, as a container needs whose port is published on loopback. */
  readonly host?: string | undefined;
  /** Whether a client may connect; all may by default. The requests of others get no response. */
  readonly admits?: Admits | undefined;
}

const LOOPBACK = '127.0.0.1';
const STOP_GRACE_MS = 3_000;
/** Longer than common clients keep an idle connection, so that they close it and not the server. */
const KEEP_ALIVE_MS = 65_000;
/** How long a refused client may take to read its response. */
const LINGER_MS = 2_000;

const STATUS_OF_ERROR: Readonly<Record<string, RefusalStatus>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Serves HTTP to this machine (see {@link localOnly}), at every address that `localhost` means. Malformed requests, and those to other hosts, never reach `handle`: they get the response that
 * `refuse` makes, where Node's own would be empty, and their connection ends.
 *
 * @param port 0 for any free one
 * @throws the system's error when it cannot listen on the port, such as EADDRINUSE
 */
export async function serve(
  handle: Handle,
  refuse: Refuse,
  port: number,
  { host, admits = () => true }: ServeOptions = {},
): Promise<RunningServer> {
  const addresses = host === undefined ? await addressesOfLocalhost() : [host];
  const listening = await listenAtEach(addresses, port, () => httpServer(handle, refuse, admits));
  return {
    url: `http://${host === undefined || host === '0.0.0.0' ? LOOPBACK : host}:${listening.port}`,
    port: listening.port,
    stop: async () => {
      await Promise.all(listening.servers.map(endRequests));
    },
  };
}

function httpServer(handle: Handle, refuse: Refuse, admits: Admits): Server {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requireHostHeader: false });
  const lastResponses = new WeakMap<Duplex, ServerResponse>();
  const refuseLast = (response: ServerResponse, refusal: HttpResponse) => {
    response.setHeader('Connection', 'close');
    send(response, refusal);
  };
  const handleLocal = localOnly(handle, ({ socket }, response, status, reason) =>
    refuseLast(response, refuse(status, reason, socket)),
  );

  server.on('request', async (request, response) => {
    if (!(await admits(request.socket))) return;
    lastResponses.set(request.socket, response);
    handleLocal(request, response);
  });
  server.on('checkExpectation', async (request, response) => {
    if (!(await admits(request.socket))) return;
    lastResponses.set(request.socket, response);
    refuseLast(response, refuse(417, 'unknown expectation', request.socket));
  });
  server.on('connect', ({ socket }) => endWith(socket, refuse(400, 'CONNECT', socket)));
  server.on('clientError', (error: NodeJS.ErrnoException, duplex) => {
    const socket = duplex as Socket;
    const response = lastResponses.get(socket);
    const running = response?.writableFinished === false ? response : undefined;
    const end = () => endWith(socket, refuse(STATUS_OF_ERROR[error.code ?? ''] ?? 400, error.message, socket));
    if (!socket.writable || error.code === 'ECONNRESET') socket.destroySoon();
    // The request before it was whole, and gets its own response first.
    else if (running?.req.complete) running.once('finish', end);
    else if (running?.headersSent) socket.destroySoon();
    else end();
  });
  return server;
}

function endRequests(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** Writes a response to the connection itself, since there is no request that it could belong to, and ends it. */
function endWith(socket: Socket, { statusCode, headers, body }: HttpResponse): void {
  const head = [
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}`,
    ...[...headers].flatMap(([name, values]) => values.map((value) => `${name}: ${value}`)),
    `Content-Length: ${body.byteLength}`,
    'Connection: close',
  ];
  // The client may leave before it has read this.
  socket.on('error', () => socket.destroy());
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]));
  // Closing with bytes unread would reset the connection and take the response with it.
  socket.resume();
  const linger = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(linger));
}
