import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type HttpResponse, send } from './http-response.ts';

/** 408: the request does not come to its end. 417: its `Expect` header asks for an unknown thing. 431: its head is over 16 KB. */
export type RefusalStatus = 400 | 408 | 417 | 431;

/** Words the answer to something that is no request. */
export type Refuse = (statusCode: RefusalStatus, reason: string, socket: Socket) => HttpResponse;

export type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** How long a refused client may take to read its answer and to close. */
const LINGER_MS = 2_000;

/** Those of Node's errors that mean something else than 400. */
const STATUS_OF_ERROR: Readonly<Record<string, RefusalStatus>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Hands a server's requests on. What is none gets an answer in the server's own form, where Node's would be empty: bytes
 * that are not HTTP, a head that is too large, no Host, unknown expectations, tunnels. The connection ends with it.
 *
 * @param server made with `requireHostHeader: false`
 */
export function handleRequests(server: Server, handle: Handle, refuse: Refuse): void {
  /** The last answer on each connection. */
  const responses = new WeakMap<Duplex, ServerResponse>();

  server.on('request', (request, response) => {
    responses.set(request.socket, response);
    // RFC 9112, section 3.2.
    if (request.httpVersion === '1.1' && request.headers.host === undefined) {
      send(response, request.method ?? '', refuse(400, 'no Host header', request.socket));
    } else handle(request, response);
  });
  server.on('checkExpectation', (request, response) => {
    responses.set(request.socket, response);
    send(response, request.method ?? '', refuse(417, 'unknown expectation', request.socket));
  });
  server.on('connect', (request) => refuseConnection(request.socket, refuse(400, 'CONNECT', request.socket)));
  server.on('clientError', (error: NodeJS.ErrnoException, duplex) => {
    const socket = duplex as Socket;
    const response = responses.get(socket);
    const begun = response?.headersSent && !response.writableFinished;
    // No answer for a client that has left, nor a second one to the same request.
    if (!socket.writable || error.code === 'ECONNRESET' || begun) socket.destroySoon();
    else refuseConnection(socket, refuse(STATUS_OF_ERROR[error.code ?? ''] ?? 400, error.message, socket));
  });
}

/** Answers on the connection itself: there is no request that a response could belong to. */
function refuseConnection(socket: Socket, { statusCode, headers, body }: HttpResponse): void {
  const lines = [...headers].flatMap(([name, values]) => values.map((value) => `${name}: ${value}`));
  const head = [
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}`,
    ...lines,
    `Content-Length: ${body.byteLength}`,
    'Connection: close',
  ];
  // The client may leave before it has read this; the connection is over either way.
  socket.on('error', () => socket.destroy());
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]));
  // With bytes unread, closing would reset the connection and take the answer with it.
  socket.resume();
  const linger = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(linger));
}
