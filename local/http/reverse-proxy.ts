import { type Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { endAfterRequest, type HttpResponse, send } from './http-response.ts';
import { originForm } from './request-target.ts';

export type Headers = HttpResponse['headers'];

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

export interface ForwardOptions {
  /** A URL; its path comes before that of the request. */
  readonly target: string;
  /** Its timeout also limits how long the target may be silent. */
  readonly agent: Agent;
  readonly changeHeaders?: (headers: Headers) => Headers;
  /** Sees the head of the target's response, and may give another response in its place. */
  readonly replace?: (head: IncomingMessage) => HttpResponse | undefined;
}

/**
 * Forwards a request and streams the response back, redirects included: the client follows them. The `Host` header names
 * the target, and the client's address is appended to `X-Forwarded-For`.
 *
 * @throws the connection's error when the target cannot be reached, falls silent, or stops in the middle
 */
export async function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { target, agent, changeHeaders = (headers) => headers, replace }: ForwardOptions,
): Promise<void> {
  const url = new URL(target);
  const forwardedFor = [request.headers['x-forwarded-for'], request.socket.remoteAddress].flat().filter(Boolean);
  const upstream = httpRequest({
    agent,
    hostname: url.hostname,
    port: url.port,
    method: request.method,
    path: url.pathname.replace(/\/$/, '') + originForm(request.url),
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
  upstream.once('timeout', () => upstream.destroy(new Error(`${url.host} does not respond`)));

  const responded = new Promise<IncomingMessage>((resolve, reject) => {
    upstream.once('response', resolve);
    upstream.on('error', reject);
  });
  // Not a pipeline: when the upload breaks, the client's connection is still needed for the response.
  request.pipe(upstream);
  const head = await responded;
  const replacement = replace?.(head);
  if (replacement) {
    request.unpipe(upstream);
    upstream.destroy();
    return send(response, replacement);
  }
  // A response that comes before the end of the request is final, whatever happens to the upload.
  const early = !request.complete;
  if (early) {
    request.unpipe(upstream);
    response.setHeader('Connection', 'close');
  }
  response.writeHead(head.statusCode ?? 502, flat(changeHeaders(endToEnd(head.rawHeaders))));
  await pipeline(head, response, { end: !early });
  if (early) endAfterRequest(response);
}

/** By name, in the casing that came first. */
function endToEnd(rawHeaders: readonly string[], except: readonly string[] = []): Headers {
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

/** The form in which Node takes headers that repeat. */
function flat(headers: Headers): string[] {
  return [...headers].flatMap(([name, values]) => values.flatMap((value) => [name, value]));
}
