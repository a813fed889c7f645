import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../../../tooling/log.ts';
import type { Handle, Refuse } from '../../http/http-listener.ts';
import { type HttpResponse, send } from '../../http/http-response.ts';
import { type RunningServer, serve } from '../../http/http-server.ts';
import type { Invoke } from '../lambda/function-definition.ts';
import type { AuthorizerContext } from './authorizer/authorizer-definition.ts';
import { LambdaAuthorizer } from './authorizer/lambda-authorizer.ts';
import type { Decision } from './authorizer/policy.ts';
import { type ContextVariables, contextVariables } from './context-variables.ts';
import { faults, GatewayFault, malformedRequest } from './gateway-fault.ts';
import { gatewayResponse, type RefusedRequest } from './gateway-response.ts';
import { invokeIntegration } from './lambda-integration.ts';
import { mockResponse } from './mock-integration.ts';
import { proxyEvent } from './proxy-event.ts';
import { interpretProxyResponse } from './proxy-response.ts';
import { ClientGone, readBody } from './request-body.ts';
import { connectionContext, headerValue, type RequestContext, requestContext } from './request-context.ts';
import type { RestApiDefinition } from './rest-api-definition.ts';
import { type RouteMatch, Router } from './router.ts';

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
 * @throws the system's error when the port cannot be had, and an Error for a MOCK integration that cannot run here
 */
export async function startRestApi({ definition, port, invoke, log }: RestApiOptions): Promise<RunningServer> {
  const router = new Router(definition.routes);
  const authorizers = new Map(
    definition.routes.flatMap(({ authorizer }) =>
      authorizer ? [[authorizer.id, new LambdaAuthorizer(authorizer, definition, invoke)] as const] : [],
    ),
  );
  // What cannot run is to be known now, not at the first request.
  for (const { integration } of definition.routes) if (integration.type === 'MOCK') mockResponse(integration);

  const respondTo = async (request: IncomingMessage, context: RequestContext): Promise<HttpResponse> => {
    let variables = contextVariables(context, definition);
    try {
      if (!isDecodable(context.path)) throw new GatewayFault(faults.malformedUrl);
      const match = router.match(context.method, context.path);
      if (!match) throw new GatewayFault(faults.missingAuthenticationToken);
      const body = await readBody(request);
      const authorizer = authorizers.get(match.route.authorizer?.id ?? '');
      const authorization = await authorizer?.authorize({ context, match, variable: variables });
      if (authorization) {
        variables = contextVariables(context, definition, authorization.authorizer);
        refuseUnlessAllowed(authorization.decision);
      }
      return await integrate(match, context, body, authorization?.authorizer);
    } catch (error) {
      if (!(error instanceof GatewayFault)) throw error;
      if (error.fault.statusCode >= 500) log.error(`${context.method} ${context.path}: ${error.message}`);
      return gatewayResponse(error.fault, definition, refused(context, variables));
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
    const payload = await invokeIntegration(invoke, integration.functionArn, JSON.stringify(event), {
      traceId: context.traceId,
      timeoutMs: integration.timeoutMs,
    });
    const response = interpretProxyResponse(payload, headerValue(context, 'Accept'), definition.binaryMediaTypes);
    return { ...response, headers: new Map([...response.headers, ['X-Amzn-Trace-Id', [context.traceId]]]) };
  };

  const handle = async (request: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const start = performance.now();
    const context = requestContext(request);
    const response = await respondTo(request, context);
    send(outgoing, context.method, withIds(response, context));
    const duration = Math.round(performance.now() - start);
    log.info(`${context.method} ${context.path} ${response.statusCode} ${duration} ms`);
  };

  const refuse: Refuse = (statusCode, reason, socket) => {
    log.info(`malformed request ${statusCode}: ${reason}`);
    const context = connectionContext(socket);
    const variables = contextVariables(context, definition);
    return withIds(gatewayResponse(malformedRequest(statusCode), definition, refused(context, variables)), context);
  };

  const serveRequest: Handle = (request, response) => {
    handle(request, response).catch((error: Error) => {
      if (error instanceof ClientGone) log.debug(`${request.method} ${request.url}: ${error.message}`);
      else log.error(`${request.method} ${request.url}: ${error.stack}`);
      response.destroy();
    });
  };
  return serve(serveRequest, refuse, port);
}

function refuseUnlessAllowed(decision: Decision): void {
  if (decision === 'explicit-deny') throw new GatewayFault(faults.denied);
  if (decision === 'implicit-deny') throw new GatewayFault(faults.notAllowed);
}

function withIds(response: HttpResponse, context: RequestContext): HttpResponse {
  const ids = [
    ['x-amzn-RequestId', [context.requestId]] as const,
    ['x-amz-apigw-id', [context.extendedRequestId]] as const,
  ];
  return { ...response, headers: new Map([...ids, ...response.headers]) };
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function refused(context: RequestContext, variable: ContextVariables): RefusedRequest {
  return { header: (name) => headerValue(context, name), variable };
}
