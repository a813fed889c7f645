import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestIds } from '../../../tooling/log-entry.ts';
import { originForm } from '../../http/request-target.ts';
import { traceRoot } from '../../trace-id.ts';
import { faults, GatewayFault } from './gateway-fault.ts';
import type { RestApiDefinition } from './rest-api-definition.ts';

/** What the gateway knows about a request before it looks for a route. */
export interface RequestContext {
  readonly method: string;
  /** Percent-encoded, like all parts of the request. Slashes before it count as one, as recorded from AWS. */
  readonly path: string;
  /** The path as it was sent. */
  readonly rawPath: string;
  /** Without the question mark. */
  readonly query: string;
  /** In the order in which they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly protocol: string;
  readonly sourceIp: string;
  readonly port: number;
  readonly receivedAt: Date;
  readonly requestId: string;
  /** The value of `x-amz-apigw-id`. */
  readonly extendedRequestId: string;
  /** `Root=...`, the client's if it sent one. */
  readonly traceId: string;
}

/** `requestContext.authorizer` of an event: what the authorizer returned, as text, and `integrationLatency` in ms. */
export type AuthorizerContext = Readonly<Record<string, string | number>>;

/** Gives a `$context` variable by its name without `$context.`; empty for those that do not exist. */
export type ContextVariables = (name: string) => string;

/** Reads the head of a request, and gives the request its ids. */
export function requestContext(request: IncomingMessage): RequestContext {
  const [rawPath = '/', query = ''] = originForm(request.url).split(/\?(.*)/s);
  const headers: [string, string][] = [];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    headers.push([request.rawHeaders[index] ?? '', request.rawHeaders[index + 1] ?? '']);
  }
  return {
    ...connectionContext(request.socket, request.headers['x-amzn-trace-id']),
    method: request.method ?? 'GET',
    path: rawPath.replace(/^\/+/, '/'),
    rawPath,
    query,
    headers,
    protocol: `HTTP/${request.httpVersion}`,
  };
}

/** What is known about a client whose request is malformed. */
export function connectionContext(socket: Socket, traceId?: string | string[]): RequestContext {
  const receivedAt = new Date();
  return {
    method: '',
    path: '/',
    rawPath: '/',
    query: '',
    headers: [],
    protocol: 'HTTP/1.1',
    sourceIp: socket.remoteAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1',
    port: socket.localPort ?? 80,
    receivedAt,
    requestId: crypto.randomUUID(),
    extendedRequestId: `${randomBytes(11).toString('base64url').slice(0, 15)}=`,
    traceId: typeof traceId === 'string' && traceId.includes('Root=') ? traceId : newTraceId(receivedAt),
  };
}

/** What the client learns of a request's ids, for the log. */
export function requestIds({ requestId, traceId }: RequestContext): RequestIds {
  return { requestId, traceId: traceRoot(traceId) };
}

/** The value of a header, whatever the casing of its name; the last one when there are several. */
export function headerValue(context: RequestContext, name: string): string | undefined {
  return context.headers.findLast(([candidate]) => candidate.toLowerCase() === name.toLowerCase())?.[1];
}

/**
 * The query's parameters, decoded, in order. A semicolon separates them as well.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 *
 * @throws GatewayFault (400) when the percent-encoding is malformed
 */
export function queryParameters({ query }: RequestContext): [name: string, value: string][] {
  return query
    .split(/[&;]/)
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return [decoded(name.replaceAll('+', ' ')), decoded(value.replaceAll('+', ' '))];
    });
}

/** Text without its percent-encoding. Throws GatewayFault (400) when that is malformed. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new GatewayFault(faults.malformedUrl);
  }
}

/** The `$context` variables of a request, by their names without `$context.`. */
export type ContextValues = Readonly<Record<string, string>>;

/**
 * The `$context` variables of a request.
 *
 * @param authorizer what the authorizer returned, once it was asked
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
 */
export function contextValues(
  context: RequestContext,
  api: RestApiDefinition,
  authorizer: AuthorizerContext = {},
): ContextValues {
  const ofAuthorizer = Object.entries(authorizer).map(([name, value]) => [`authorizer.${name}`, String(value)]);
  return {
    apiId: api.id,
    extendedRequestId: context.extendedRequestId,
    httpMethod: context.method,
    'identity.sourceIp': context.sourceIp,
    'identity.userAgent': headerValue(context, 'User-Agent') ?? '',
    path: `/${api.stage}${context.rawPath}`,
    protocol: context.protocol,
    requestId: context.requestId,
    requestTimeEpoch: String(context.receivedAt.getTime()),
    stage: api.stage,
    ...Object.fromEntries(ofAuthorizer),
  };
}

/** {@link contextValues} one by one. */
export function contextVariables(...of: Parameters<typeof contextValues>): ContextVariables {
  const values = contextValues(...of);
  return (name) => values[name] ?? '';
}

function newTraceId(now: Date): string {
  return `Root=1-${Math.floor(now.getTime() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
}
