import { type Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { endAfterRequest } from '../http-answer.ts';

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

/**
 * Passes a request on to the API and streams its answer back.
 *
 * @throws the connection's error when the API cannot be reached or stops in the middle
 */
export async function answerFromApi(
  request: IncomingMessage,
  response: ServerResponse,
  apiUrl: string,
  agent: Agent,
): Promise<void> {
  const url = new URL(apiUrl);
  const forwardedFor = [request.headers['x-forwarded-for'], request.socket.remoteAddress].flat().filter(Boolean);
  const upstream = httpRequest({
    agent,
    hostname: url.hostname,
    port: url.port,
    method: request.method,
    path: request.url,
    // The Host header names the origin, as with the origin request policy AllViewerExceptHostHeader.
    headers: [
      ...endToEnd(request.rawHeaders, ['host', 'x-forwarded-for']),
      'Host',
      url.host,
      'X-Forwarded-For',
      forwardedFor.join(', '),
      // Without a length the body is chunked; that header does not survive the hop by itself.
      ...(request.headers['transfer-encoding'] ? ['Transfer-Encoding', 'chunked'] : []),
    ],
  });
  response.once('close', () => upstream.destroy());

  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    upstream.once('response', resolve);
    upstream.on('error', reject);
  });
  // Not a pipeline: when the upload breaks, the viewer's connection is still needed for the answer.
  request.pipe(upstream);
  const answer = await answered;
  // An answer that comes before the request has been sent is the last word on it; an upload that breaks now is none.
  const early = !request.complete;
  if (early) {
    request.unpipe(upstream);
    response.setHeader('Connection', 'close');
  }
  response.writeHead(answer.statusCode ?? 502, endToEnd(answer.rawHeaders, []));
  await pipeline(answer, response, { end: !early });
  if (early) endAfterRequest(response);
}

function endToEnd(rawHeaders: readonly string[], except: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (!HOP_BY_HOP.has(name.toLowerCase()) && !except.includes(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}
