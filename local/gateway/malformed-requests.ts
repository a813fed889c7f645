import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type HttpAnswer, send } from './http-answer.ts';

/** 417: what an `Expect` header asks for is unknown. 431: the headers are over 16 KB. 408: the request does not come to its end. */
export type RefusalStatus = 400 | 408 | 417 | 431;

/** Words the answer to something that is no request. @param reason for the log */
export type Refuse = (statusCode: RefusalStatus, reason: string, socket: Socket) => HttpAnswer;

/** How long a refused client may take to read its answer and to close. */
const LINGER_MS = 2_000;

/** Statuses of the parser's errors that are not 400. */
const STATUS_OF_ERROR: Readonly<Record<string, RefusalStatus>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Answers what never becomes a request, in the server's own form where Node's would be empty: bytes that are no HTTP,
 * headers that are too large, expectations that nobody can meet, tunnels. The connection ends with it.
 */
export function refuseMalformedRequests(server: Server, refuse: Refuse): void {
  /** The answer that each connection got last. */
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.prependListener('request', (request, response) => answers.set(request.socket, response));

  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const answer = answers.get(socket);
    // An answer that has begun cannot be followed by another; nor is there one for a client that has left.
    const begun = answer !== undefined && answer.headersSent && !answer.writableFinished;
    if (begun || !socket.writable || error.code === 'ECONNRESET') {
      socket.destroySoon?.();
      if (begun) socket.destroy();
      return;
    }
    refuseConnection(socket as Socket, STATUS_OF_ERROR[error.code ?? ''] ?? 400, error.message, refuse);
  });
  server.on('connect', (_request, socket) => {
    refuseConnection(socket as Socket, 400, 'CONNECT asks for a tunnel', refuse);
  });
  server.on('checkExpectation', (request, response) => {
    refuseRequest(request, response, 417, `unknown expectation ${request.headers.expect}`, refuse);
  });
}
