import { LRUCache } from 'lru-cache';
import { arnOf } from '../../../aws-identity.ts';
import type { InvokeResult } from '../../lambda/service.ts';
import { faults, GatewayFault } from '../gateway-fault.ts';
import { type Functions, invokeWithTimeout } from '../lambda-integration.ts';
import { type AuthorizerContext, type ContextVariables, type RequestContext, requestIds } from '../request-context.ts';
import type { AuthorizerDefinition, RestApiDefinition } from '../rest-api-definition.ts';
import type { RouteMatch } from '../router.ts';
import {
  type AuthorizerResult,
  methodArn,
  readAuthorizerResult,
  requestEvent,
  tokenEvent,
} from './authorizer-function.ts';
import { identityOf } from './identity-sources.ts';
import { type Decision, decide } from './policy.ts';

/** API Gateway's limit for an integration; none is published for authorizers. */
const TIMEOUT_MS = 29_000;
const MAX_CACHED_RESULTS = 1_000;

export interface AuthorizerRequest {
  readonly context: RequestContext;
  readonly match: RouteMatch;
  readonly variable: ContextVariables;
}

export interface Authorization {
  readonly decision: Decision;
  readonly authorizer: AuthorizerContext;
  /** The API key of the caller, for an API that takes it from here. */
  readonly usageIdentifierKey?: string | undefined;
}

/**
 * Asks the function of an authorizer about requests, and caches its results by identity. A cached policy is evaluated for
 * each request: it was given for a caller, not for a method.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */
export class LambdaAuthorizer {
  readonly #definition: AuthorizerDefinition;
  readonly #api: RestApiDefinition;
  readonly #functions: Functions;
  /** Undefined when results are not cached: to the library, a time of 0 means forever. */
  readonly #results: LRUCache<string, AuthorizerResult> | undefined;

  constructor(definition: AuthorizerDefinition, api: RestApiDefinition, functions: Functions) {
    this.#definition = definition;
    this.#api = api;
    this.#functions = functions;
    const ttl = definition.resultTtlSeconds * 1000;
    this.#results = ttl > 0 ? new LRUCache({ max: MAX_CACHED_RESULTS, ttl }) : undefined;
  }

  /** @throws GatewayFault 401 for a request that lacks an identity or that the function refuses; 500 when the function fails */
  async authorize(request: AuthorizerRequest): Promise<Authorization> {
    const identity = identityOf(this.#definition, this.#api, request);
    if (!identity) throw new GatewayFault(faults.unauthorized);
    const arn = methodArn(request.context, this.#api);
    // What other code has said does not hold for code that a developer has just saved.
    const key = JSON.stringify([this.#functions.definitionOf(this.#definition.functionArn)?.codeDir, identity]);

    const start = performance.now();
    const cached = this.#results?.get(key);
    const result = cached ?? readAuthorizerResult(await this.#ask(request, identity, arn));
    if (!cached) this.#results?.set(key, result);
    const integrationLatency = cached ? 0 : Math.round(performance.now() - start);
    return {
      decision: decide(result.policyDocument, arn),
      authorizer: { ...result.context, principalId: result.principalId, integrationLatency },
      usageIdentifierKey: result.usageIdentifierKey,
    };
  }

  async #ask(
    { context, match }: AuthorizerRequest,
    [token = '']: readonly string[],
    arn: string,
  ): Promise<InvokeResult> {
    const { id, type, functionArn } = this.#definition;
    const sourceArn = arnOf('execute-api', `${this.#api.id}/authorizers/${id}`);
    const event = type === 'TOKEN' ? tokenEvent(token, arn) : requestEvent(context, match, this.#api, arn);
    try {
      const options = { sourceArn, traceId: context.traceId, caller: requestIds(context), timeoutMs: TIMEOUT_MS };
      return await invokeWithTimeout(this.#functions, functionArn, JSON.stringify(event), options);
    } catch (error) {
      throw new GatewayFault(faults.authorizerFailed, `the authorizer did not respond: ${(error as Error).message}`);
    }
  }
}
