import { type Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { endAfterRequest, type HttpResponse, send } from '../../http/http-response.ts';
import type { ChangeHeaders } from './distribution-definition.ts';

/** Headers that belong to one connection and not to the message: RFC 9110, section 7.6.1. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export interface ApiRequest {
  /** Its path, if any, comes before that of the request. */
  readonly apiUrl: string;
  /** With its timeout, it also says how long nothing may come from the API. */
  readonly agent: Agent;
  readonly changeHeaders: ChangeHeaders;
  /** Looks at the head of an answer, and may give another one in its place. */
  readonly replace?: (upstreamResponse: IncomingMessage) => HttpResponse | undefined;
}

/**
 * Passes a request on to the API and streams its answer back. A redirect is an answer like any other: the viewer follows it.
 *
 * @throws the connection's error when the API cannot be reached or stops in the middle
 */
export async function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { apiUrl, agent, changeHeaders, replace }: ApiRequest,
): Promise<void> {
  const url = new URL(apiUrl);
  const forwardedFor = [request.headers['x-forwarded-for'], request.socket.remoteAddress].flat().filter(Boolean);
  const upstream = httpRequest({
    agent,
    hostname: url.hostname,
    port: url.port,
    method: request.method,
    path: url.pathname.replace(/\/$/, '') + originForm(request.url),
    // The Host header names the origin, as with the origin request policy AllViewerExceptHostHeader.
    headers: [
      ...flat(endToEnd(request.rawHeaders, ['host', 'x-forwarded-for'])),
      'Host',
      url.host,
      'X-Forwarded-For',
      forwardedFor.join(', '),
      // Without a length the body is chunked; that header does not survive the hop by itself.
      ...(request.headers['transfer-encoding'] ? ['Transfer-Encoding', 'chunked'] : []),
    ],
  });
  response.once('close', () => upstream.destroy());
  upstream.once('timeout', () => upstream.destroy(new Error('the API takes too long')));

  const responded = new Promise<IncomingMessage>((resolve, reject) => {
    upstream.once('response', resolve);
    upstream.on('error', reject);
  });
  // Not a pipeline: when the upload breaks, the viewer's connection is still needed for the answer.
  request.pipe(upstream);
  const upstreamResponse = await responded;
  const replacement = replace?.(upstreamResponse);
  if (replacement) {
    request.unpipe(upstream);
    upstream.destroy();
    return send(response, request.method ?? '', replacement);
  }
  // An answer that comes before the request has been sent is the last word on it; an upload that breaks now is none.
  const early = !request.complete;
  if (early) {
    request.unpipe(upstream);
    response.setHeader('Connection', 'close');
  }
  response.writeHead(
    upstreamResponse.statusCode ?? 502,
    flat(changeHeaders(endToEnd(upstreamResponse.rawHeaders, []))),
  );
  await pipeline(upstreamResponse, response, { end: !early });
  if (early) endAfterRequest(response);
}

/** Clients may name the server in a request's target, or, with `*`, no path at all: RFC 9112, section 3.2. */
function originForm(target = '/'): string {
  const path = target.replace(/^https?:\/\/[^/?]*/i, '');
  if (path.startsWith('?')) return `/${path}`;
  return path.startsWith('/') ? path : '/';
}

/** By name in the casing that came first. */
function endToEnd(rawHeaders: readonly string[], except: readonly string[]): Map<string, readonly string[]> {
  const kept = new Map<string, { name: string; values: string[] }>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    const key = name.toLowerCase();
    if (HOP_BY_HOP.has(key) || except.includes(key)) continue;
    const known = kept.get(key);
    if (known) known.values.push(value);
    else kept.set(key, { name, values: [value] });
  }
  return new Map([...kept.values()].map(({ name, values }) => [name, values]));
}

/** As Node's HTTP takes headers that may come several times. */
function flat(headers: ReadonlyMap<string, readonly string[]>): string[] {
  return [...headers].flatMap(([name, values]) => values.flatMap((value) => [name, value]));
}
