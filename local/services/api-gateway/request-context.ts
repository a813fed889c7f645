import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** What the gateway knows about a request before it looks for a route. */
export interface RequestContext {
  readonly method: string;
  /** Percent-encoded, as sent, without the query. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
  /** Name (as sent) and value, in the order in which they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly protocol: string;
  readonly sourceIp: string;
  /** The port that the request came to. */
  readonly port: number;
  readonly receivedAt: Date;
  readonly requestId: string;
  /** The value of `x-amz-apigw-id`. */
  readonly extendedRequestId: string;
  /** `Root=...`, kept from the client when it sent one. */
  readonly traceId: string;
}

/** Reads the head of a request, and gives it the ids that its answer carries. */
export function requestContext(request: IncomingMessage): RequestContext {
  // A proxy's client may send the absolute form: http://host/path
  const target = (request.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '');
  const queryStart = target.indexOf('?');
  const receivedAt = new Date();
  return {
    method: request.method ?? 'GET',
    path: (queryStart < 0 ? target : target.slice(0, queryStart)) || '/',
    query: queryStart < 0 ? '' : target.slice(queryStart + 1),
    headers: headerPairs(request.rawHeaders),
    protocol: `HTTP/${request.httpVersion}`,
    ...arrival(request.socket, receivedAt),
    traceId: traceId(request.headers['x-amzn-trace-id'], receivedAt),
  };
}

/** What is known about a client that sent no readable request. */
export function connectionContext(socket: Socket): RequestContext {
  const receivedAt = new Date();
  return {
    method: '',
    path: '/',
    query: '',
    headers: [],
    protocol: 'HTTP/1.1',
    ...arrival(socket, receivedAt),
    traceId: traceId(undefined, receivedAt),
  };
}

function arrival(socket: Socket, receivedAt: Date) {
  return {
    sourceIp: socket.remoteAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1',
    port: socket.localPort ?? 80,
    receivedAt,
    requestId: crypto.randomUUID(),
    extendedRequestId: `${randomBytes(11).toString('base64url').slice(0, 15)}=`,
  };
}

/** The value of a header, whatever the casing of its name; the last one when it came several times. */
export function headerValue(context: RequestContext, name: string): string | undefined {
  return context.headers.findLast(([candidate]) => candidate.toLowerCase() === name.toLowerCase())?.[1];
}

function headerPairs(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index < raw.length; index += 2) pairs.push([raw[index] ?? '', raw[index + 1] ?? '']);
  return pairs;
}

function traceId(sent: string | string[] | undefined, now: Date): string {
  if (typeof sent === 'string' && sent.includes('Root=')) return sent;
  const seconds = Math.floor(now.getTime() / 1000).toString(16);
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')}`;
}
