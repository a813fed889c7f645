import type { IncomingMessage } from 'node:http';
import type { Log } from '../../../tooling/log.ts';
import { arnOf } from '../../aws-identity.ts';
import type { HttpResponse } from '../../http/http-response.ts';
import { readBody } from '../../http/request-body.ts';
import { functionName } from '../lambda/service.ts';
import type { ApiKey, UsagePlans } from './api-keys/usage-plans.ts';
import { type Authorization, LambdaAuthorizer } from './authorizer/lambda-authorizer.ts';
import type { Decision } from './authorizer/policy.ts';
import { type Fault, faults, GatewayFault, malformedRequest } from './gateway-fault.ts';
import { gatewayResponse } from './gateway-response.ts';
import { type Functions, invokeIntegration } from './lambda-integration.ts';
import { checkMock, mockResponse } from './mock-integration.ts';
import { type Caller, proxyEvent } from './proxy-event.ts';
import { readProxyResponse } from './proxy-response.ts';
import {
  type AuthorizerContext,
  contextValues,
  contextVariables,
  decoded,
  headerValue,
  type RequestContext,
  requestIds,
} from './request-context.ts';
import type { RequestValidation } from './request-validation/request-validation.ts';
import type { RestApiDefinition } from './rest-api-definition.ts';
import { type RouteMatch, Router } from './router.ts';
import { Throttles } from './throttling/throttles.ts';
import type { TokenBucket } from './throttling/token-bucket.ts';

/** API Gateway's limit for a payload: 10 MB. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** API Gateway's limit for the request line and the values of all headers together. */
const MAX_HEAD_BYTES = 10_240;

/** They must be encoded: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html */
const UNSUPPORTED_IN_QUERY = /[|{}]/;

export interface RequestHandlerOptions {
  readonly definition: RestApiDefinition;
  readonly functions: Functions;
  /** What all APIs of the account may do together. */
  readonly account: TokenBucket;
  readonly usagePlans: UsagePlans;
  readonly log: Log;
}

/** What became of a request. */
export interface Handled {
  readonly response: HttpResponse;
  /** The function behind its route, as the log knows it. */
  readonly functionLabel?: string | undefined;
  /** Why the gateway itself responds with a status of 500 or above. */
  readonly problem?: string | undefined;
}

/** What a REST API does with each request. */
export class RequestHandler {
  readonly #options: RequestHandlerOptions;
  readonly #router: Router;
  readonly #throttles: Throttles;
  readonly #validation: RequestValidation;
  /** By id. */
  readonly #authorizers: ReadonlyMap<string, LambdaAuthorizer>;

  /** @throws Error for a MOCK integration that cannot run here */
  constructor(options: RequestHandlerOptions, validation: RequestValidation) {
    const { definition, functions, account } = options;
    this.#options = options;
    this.#router = new Router(definition.routes);
    this.#throttles = new Throttles(definition, account);
    this.#validation = validation;
    this.#authorizers = new Map(
      definition.routes.flatMap(({ authorizer }) =>
        authorizer ? [[authorizer.id, new LambdaAuthorizer(authorizer, definition, functions)] as const] : [],
      ),
    );
    // Fail now and not at the first request.
    for (const { integration } of definition.routes) if (integration.type === 'MOCK') checkMock(integration);
  }

  /** The response to a request, be it the function's or the gateway's own. Throws when the client leaves. */
  async respond(request: IncomingMessage, context: RequestContext): Promise<Handled> {
    let authorizer: AuthorizerContext | undefined;
    let functionLabel: string | undefined;
    try {
      if (headBytes(context) > MAX_HEAD_BYTES) throw new GatewayFault(malformedRequest(431));
      decoded(context.path);
      if (UNSUPPORTED_IN_QUERY.test(context.query)) throw new GatewayFault(malformedRequest(400));
      const match = this.#router.match(context.method, context.path);
      if (!match) throw new GatewayFault(faults.missingAuthenticationToken);
      functionLabel = this.#functionOf(match);
      this.#throttles.admit(match.route);
      const body = await bodyOf(request);
      const authorization = await this.#authorize(match, context);
      authorizer = authorization?.authorizer;
      if (authorization) refuseUnlessAllowed(authorization.decision);
      const apiKey = this.#useApiKey(match, context, authorization);
      this.#validation.check(match, context, body);
      return { response: await this.#integrate(match, context, body, { authorizer, apiKey }), functionLabel };
    } catch (error) {
      if (!(error instanceof GatewayFault)) throw error;
      const problem = error.fault.statusCode >= 500 ? error.message : undefined;
      return { response: this.errorResponse(error.fault, context, authorizer), functionLabel, problem };
    }
  }

  /** @param authorizer what the authorizer returned, if it was asked */
  errorResponse(fault: Fault, context: RequestContext, authorizer?: AuthorizerContext): HttpResponse {
    const { definition } = this.#options;
    return gatewayResponse(fault, definition, {
      header: (name) => headerValue(context, name),
      variable: contextVariables(context, definition, authorizer),
    });
  }

  #functionOf({ route: { integration } }: RouteMatch): string | undefined {
    if (integration.type === 'MOCK') return undefined;
    const { functionArn } = integration;
    return this.#options.functions.definitionOf(functionArn)?.label ?? functionName(functionArn);
  }

  async #authorize(match: RouteMatch, context: RequestContext): Promise<Authorization | undefined> {
    const authorizer = this.#authorizers.get(match.route.authorizer?.id ?? '');
    return authorizer?.authorize({ context, match, variable: contextVariables(context, this.#options.definition) });
  }

  #useApiKey({ route }: RouteMatch, context: RequestContext, authorization?: Authorization): ApiKey | undefined {
    if (!route.apiKeyRequired) return undefined;
    const { definition, usagePlans } = this.#options;
    const value =
      definition.apiKeySource === 'HEADER' ? headerValue(context, 'x-api-key') : authorization?.usageIdentifierKey;
    return usagePlans.admit(value, { apiId: definition.id, stage: definition.stage });
  }

  async #integrate(match: RouteMatch, context: RequestContext, body: Buffer, caller: Caller): Promise<HttpResponse> {
    const { definition, functions } = this.#options;
    const { integration } = match.route;
    if (integration.type === 'MOCK') {
      const values = contextValues(context, definition, caller.authorizer);
      return mockResponse(integration, { context, match, values, api: definition });
    }

    const event = proxyEvent(context, match, body, definition, caller);
    const { id, stage } = definition;
    const result = await invokeIntegration(functions, integration.functionArn, JSON.stringify(event), {
      // With `{id}` as the resource has it: https://github.com/aws/serverless-application-model/issues/540
      sourceArn: arnOf('execute-api', `${id}/${stage}/${context.method}${match.route.resourcePath}`),
      traceId: context.traceId,
      caller: requestIds(context),
      timeoutMs: integration.timeoutMs,
    });
    const response = readProxyResponse(result, headerValue(context, 'Accept'), definition);
    return { ...response, headers: new Map([...response.headers, ['X-Amzn-Trace-Id', [context.traceId]]]) };
  }
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
