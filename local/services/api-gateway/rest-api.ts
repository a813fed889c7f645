import type { IncomingMessage } from 'node:http';
import type { Log } from '../../../tooling/log.ts';
import { arnOf } from '../../aws-identity.ts';
import { type HttpResponse, send } from '../../http/http-response.ts';
import { type Handle, type Refuse, type RunningServer, serve } from '../../http/http-server.ts';
import { readBody } from '../../http/request-body.ts';
import type { Invoke } from '../lambda/service.ts';
import { LambdaAuthorizer } from './authorizer/lambda-authorizer.ts';
import type { Decision } from './authorizer/policy.ts';
import { type Fault, faults, GatewayFault, malformedRequest } from './gateway-fault.ts';
import { gatewayResponse } from './gateway-response.ts';
import { invokeIntegration } from './lambda-integration.ts';
import { mockResponse } from './mock-integration.ts';
import { proxyEvent } from './proxy-event.ts';
import { readProxyResponse } from './proxy-response.ts';
import {
  type AuthorizerContext,
  connectionContext,
  contextVariables,
  decoded,
  headerValue,
  type RequestContext,
  requestContext,
} from './request-context.ts';
import type { RestApiDefinition } from './rest-api-definition.ts';
import { type RouteMatch, Router } from './router.ts';

/** API Gateway's limit for a payload: 10 MB. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** API Gateway's limit for the request line and the values of all headers together. */
const MAX_HEAD_BYTES = 10_240;

export interface RestApiOptions {
  readonly definition: RestApiDefinition;
  /** 0 for any free one. */
  readonly port: number;
  readonly invoke: Invoke;
  readonly log: Log;
}

/**
 * Serves a REST API at the root of its port, without the stage in the path.
 *
 * @throws the system's error when it cannot listen on the port, and an Error for a MOCK integration that cannot run here
 */
export async function startRestApi({ definition, port, invoke, log }: RestApiOptions): Promise<RunningServer> {
  const router = new Router(definition.routes);
  const authorizers = new Map(
    definition.routes.flatMap(({ authorizer }) =>
      authorizer ? [[authorizer.id, new LambdaAuthorizer(authorizer, definition, invoke)] as const] : [],
    ),
  );
  // Fail now and not at the first request.
  for (const { integration } of definition.routes) if (integration.type === 'MOCK') mockResponse(integration);

  const respond = async (request: IncomingMessage, context: RequestContext): Promise<HttpResponse> => {
    let authorizer: AuthorizerContext | undefined;
    try {
      if (headBytes(context) > MAX_HEAD_BYTES) throw new GatewayFault(malformedRequest(431));
      decoded(context.path);
      const match = router.match(context.method, context.path);
      if (!match) throw new GatewayFault(faults.missingAuthenticationToken);
      const body = await bodyOf(request);
      const authorization = await authorizers
        .get(match.route.authorizer?.id ?? '')
        ?.authorize({ context, match, variable: contextVariables(context, definition) });
      if (authorization) {
        authorizer = authorization.authorizer;
        refuseUnlessAllowed(authorization.decision);
      }
      return await integrate(match, context, body, authorizer);
    } catch (error) {
      if (!(error instanceof GatewayFault)) throw error;
      if (error.fault.statusCode >= 500) log.error(`${context.method} ${context.path}: ${error.message}`);
      return errorResponse(error.fault, context, authorizer);
    }
  };

  const integrate = async (
    match: RouteMatch,
    context: RequestContext,
    body: Buffer,
    authorizer: AuthorizerContext | undefined,
  ): Promise<HttpResponse> => {
    const { integration } = match.route;
    if (integration.type === 'MOCK') return mockResponse(integration);

    const event = proxyEvent(context, match, body, definition, authorizer);
    const result = await invokeIntegration(invoke, integration.functionArn, JSON.stringify(event), {
      sourceArn: arnOf(
        'execute-api',
        `${definition.id}/${definition.stage}/${context.method}${match.route.resourcePath}`,
      ),
      traceId: context.traceId,
      timeoutMs: integration.timeoutMs,
    });
    const response = readProxyResponse(result, headerValue(context, 'Accept'), definition);
    return { ...response, headers: new Map([...response.headers, ['X-Amzn-Trace-Id', [context.traceId]]]) };
  };

  const errorResponse = (fault: Fault, context: RequestContext, authorizer?: AuthorizerContext): HttpResponse =>
    gatewayResponse(fault, definition, {
      header: (name) => headerValue(context, name),
      variable: contextVariables(context, definition, authorizer),
    });

  const handle: Handle = async (request, outgoing) => {
    const start = performance.now();
    try {
      const context = requestContext(request);
      const response = await respond(request, context);
      send(outgoing, withIds(response, context));
      const duration = Math.round(performance.now() - start);
      const line = `${context.method} ${context.path} ${response.statusCode} ${duration} ms`;
      // An open page may read every second: on the terminal that would bury everything else.
      if (context.method === 'GET' && response.statusCode < 400) log.debug(line);
      else log.info(line);
    } catch (error) {
      const line = `${request.method} ${request.url}`;
      if (request.destroyed && !request.complete) log.debug(`${line}: the client closed its connection`);
      else log.error(`${line}: ${(error as Error).stack}`);
      outgoing.destroy();
    }
  };

  const refuse: Refuse = (statusCode, reason, socket) => {
    log.info(`malformed request ${statusCode}: ${reason}`);
    const context = connectionContext(socket);
    return withIds(errorResponse(malformedRequest(statusCode), context), context);
  };

  return serve(handle, refuse, port);
}

function headBytes({ method, rawPath, query, protocol, headers }: RequestContext): number {
  const line = `${method} ${rawPath}${query && '?'}${query} ${protocol}`;
  return headers.reduce((sum, [, value]) => sum + value.length, line.length);
}

function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = () => new GatewayFault(faults.requestTooLarge);
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  return readBody(request, MAX_BODY_BYTES, tooLarge);
}

function refuseUnlessAllowed(decision: Decision): void {
  if (decision === 'explicit-deny') throw new GatewayFault(faults.explicitDeny);
  if (decision === 'implicit-deny') throw new GatewayFault(faults.implicitDeny);
}

function withIds(response: HttpResponse, context: RequestContext): HttpResponse {
  const ids = [
    ['x-amzn-RequestId', [context.requestId]] as const,
    ['x-amz-apigw-id', [context.extendedRequestId]] as const,
  ];
  return { ...response, headers: new Map([...ids, ...response.headers]) };
}
