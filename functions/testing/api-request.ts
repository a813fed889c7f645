import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { httpHandler } from '../http/pipeline.ts';

/** What a test says about its request; everything else is as API Gateway sends it. */
export type RequestParts = Partial<Pick<APIGatewayProxyEvent, 'headers' | 'body' | 'isBase64Encoded'>> & {
  readonly query?: Record<string, string>;
  /** What the path holds, e.g. `{ id: '...' }`. */
  readonly path?: Record<string, string>;
  /** What the authorizer said about the caller. */
  readonly authorizer?: Record<string, string>;
};

/** A REST API proxy event in the form that API Gateway records, as far as the functions read it. */
export function apiEvent({ query, path, authorizer, ...parts }: RequestParts): APIGatewayProxyEvent {
  return {
    resource: '/api/orders',
    path: '/api/orders',
    httpMethod: parts.body === undefined ? 'GET' : 'POST',
    headers: {},
    multiValueHeaders: {},
    queryStringParameters: query ?? null,
    multiValueQueryStringParameters: null,
    pathParameters: path ?? null,
    stageVariables: null,
    requestContext: { authorizer } as APIGatewayProxyEvent['requestContext'],
    body: null,
    isBase64Encoded: false,
    ...parts,
  };
}

/** A request with a JSON body. */
export function postJson(body: unknown): RequestParts {
  return { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

/** A request that the authorizer let in: alice's, with an hour left, unless a test says otherwise. */
export function signedIn(context: Record<string, string> = {}): Pick<RequestParts, 'authorizer'> {
  const exp = String(Math.floor(Date.now() / 1000) + 3600);
  return {
    authorizer: { principalId: 'subject', userClaim: 'user', userId: 'alice', operator: 'false', exp, ...context },
  };
}

/** Calls a handler and parses the JSON of its response. */
export async function call(handler: ReturnType<typeof httpHandler>, parts: RequestParts) {
  const response: APIGatewayProxyResult = await handler(apiEvent(parts), { awsRequestId: 'test' } as Context);
  const body = response.body === '' ? undefined : JSON.parse(response.body);
  return { statusCode: response.statusCode, headers: response.headers ?? {}, body };
}
