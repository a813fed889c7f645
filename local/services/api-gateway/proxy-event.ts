import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { ACCOUNT_ID } from '../../aws-identity.ts';
import type { ApiKey } from './api-keys/usage-plans.ts';
import { faults, GatewayFault } from './gateway-fault.ts';
import { type AuthorizerContext, headerValue, queryParameters, type RequestContext } from './request-context.ts';
import { isBinary, type RestApiDefinition } from './rest-api-definition.ts';
import type { RouteMatch } from './router.ts';

/** Headers that API Gateway does not pass on. */
const DROPPED_HEADERS = new Set([
  'connection',
  'content-length',
  'content-md5',
  'expect',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
]);
const CANONICAL_NAMES: Record<string, string> = { authorization: 'Authorization', 'user-agent': 'User-Agent' };

type RequestContextOfEvent = APIGatewayProxyEvent['requestContext'];

/** The published type lacks `deploymentId`, and has a key and a certificate that only events of requests with one have. */
type ProxyEvent = Omit<APIGatewayProxyEvent, 'requestContext'> & {
  readonly requestContext: Omit<RequestContextOfEvent, 'identity'> & {
    readonly deploymentId: string;
    readonly identity: Omit<RequestContextOfEvent['identity'], 'apiKey' | 'apiKeyId' | 'clientCert'> & {
      readonly apiKey?: string;
      readonly apiKeyId?: string;
    };
  };
};

/** What an event tells of its API. */
type ApiOfEvent = Pick<RestApiDefinition, 'id' | 'stage' | 'stageVariables' | 'binaryMediaTypes'>;

/** Who makes a request, as far as the route asks: what its authorizer returned, and the API key. */
export interface Caller {
  readonly authorizer?: AuthorizerContext | undefined;
  readonly apiKey?: ApiKey | undefined;
}

export type RequestFields = Omit<ProxyEvent, 'body' | 'isBase64Encoded'>;

/**
 * The event of a Lambda proxy integration, payload version 1.0.
 *
 * @throws GatewayFault (400) when the query's percent-encoding is malformed, or a text body is not UTF-8
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export function proxyEvent(
  context: RequestContext,
  match: RouteMatch,
  body: Buffer,
  api: ApiOfEvent,
  { authorizer, apiKey }: Caller = {},
): ProxyEvent {
  const fields = requestFields(context, match, api, apiKey);
  const binary = body.byteLength > 0 && isBinary(api, headerValue(context, 'Content-Type'));
  if (!binary && !isUtf8(body)) throw new GatewayFault(faults.bodyNotText);
  return {
    ...fields,
    requestContext: { ...fields.requestContext, ...(authorizer === undefined ? {} : { authorizer }) },
    body: body.byteLength === 0 ? null : body.toString(binary ? 'base64' : 'utf8'),
    isBase64Encoded: binary,
  };
}

/** What proxy and authorizer events share. Throws GatewayFault (400) when the query's percent-encoding is malformed. */
export function requestFields(
  context: RequestContext,
  match: RouteMatch,
  api: ApiOfEvent,
  apiKey?: ApiKey,
): RequestFields {
  const { resourcePath } = match.route;
  const headers = groupValues(forwardedHeaders(context));
  const query = groupValues(queryParameters(context));
  const domainName = (headerValue(context, 'Host') ?? '').replace(/:\d+$/, '');

  return {
    resource: resourcePath,
    path: context.path,
    httpMethod: context.method,
    headers: lastValues(headers) ?? {},
    multiValueHeaders: headers ?? {},
    queryStringParameters: lastValues(query),
    multiValueQueryStringParameters: query,
    pathParameters: match.pathParameters,
    stageVariables: Object.keys(api.stageVariables).length > 0 ? api.stageVariables : null,
    requestContext: {
      resourceId: createHash('sha256').update(resourcePath).digest('hex').slice(0, 6),
      resourcePath,
      httpMethod: context.method,
      extendedRequestId: context.extendedRequestId,
      requestTime: commonLogTime(context.receivedAt),
      path: `/${api.stage}${context.rawPath}`,
      accountId: ACCOUNT_ID,
      protocol: context.protocol,
      stage: api.stage,
      domainPrefix: domainName.split('.')[0] ?? '',
      requestTimeEpoch: context.receivedAt.getTime(),
      requestId: context.requestId,
      identity: {
        accessKey: null,
        accountId: null,
        ...(apiKey && { apiKey: apiKey.value, apiKeyId: apiKey.id }),
        caller: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: context.sourceIp,
        user: null,
        userAgent: headerValue(context, 'User-Agent') ?? null,
        userArn: null,
      },
      domainName,
      deploymentId: createHash('sha256').update(`${api.id}/${api.stage}`).digest('hex').slice(0, 6),
      apiId: api.id,
      authorizer: undefined,
    },
  };
}

function forwardedHeaders(context: RequestContext): [string, string][] {
  const replaced = new Set(['x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto', 'x-amzn-trace-id']);
  const kept = context.headers.flatMap(([name, value]): [string, string][] => {
    const lower = name.toLowerCase();
    if (DROPPED_HEADERS.has(lower) || replaced.has(lower)) return [];
    // The same header in several casings is one header, in the casing that came first.
    const first = context.headers.find(([candidate]) => candidate.toLowerCase() === lower)?.[0];
    return [[CANONICAL_NAMES[lower] ?? first ?? name, value]];
  });
  const before = headerValue(context, 'X-Forwarded-For');
  return [
    ...kept,
    ['X-Amzn-Trace-Id', context.traceId],
    ['X-Forwarded-For', before ? `${before}, ${context.sourceIp}` : context.sourceIp],
    ['X-Forwarded-Port', String(context.port)],
    ['X-Forwarded-Proto', 'http'],
  ];
}

function groupValues(pairs: readonly [string, string][]): Record<string, string[]> | null {
  const grouped = Map.groupBy(pairs, ([name]) => name);
  if (grouped.size === 0) return null;
  return Object.fromEntries([...grouped].map(([name, entries]) => [name, entries.map(([, value]) => value)]));
}

function lastValues(grouped: Record<string, string[]> | null): Record<string, string> | null {
  if (!grouped) return null;
  return Object.fromEntries(Object.entries(grouped).map(([name, values]) => [name, values.at(-1) ?? '']));
}

/** `22/Nov/2026:09:30:00 +0000` */
function commonLogTime(time: Date): string {
  const [, day, month, year, clock] = time.toUTCString().split(' ');
  return `${day}/${month}/${year}:${clock} +0000`;
}
