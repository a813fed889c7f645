import type { Invoke, InvokeResult } from '../../lambda/function-definition.ts';
import type { ContextVariables } from '../context-variables.ts';
import { faults, GatewayFault } from '../gateway-fault.ts';
import { invokeWithin } from '../invoke-within.ts';
import type { RequestContext } from '../request-context.ts';
import type { RestApiDefinition } from '../rest-api-definition.ts';
import type { RouteMatch } from '../router.ts';
import type { AuthorizerContext, AuthorizerDefinition } from './authorizer-definition.ts';
import { methodArn, requestEvent, tokenEvent } from './authorizer-event.ts';
import { type AuthorizerResult, interpretAuthorizerResult } from './authorizer-result.ts';
import { identityOf } from './identity.ts';
import { type Decision, decide } from './policy.ts';
import { ResultCache } from './result-cache.ts';

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
  /** For the handler, or for the answer to a denied request. */
  readonly authorizer: AuthorizerContext;
}

/**
 * Asks the function of an authorizer about requests, and remembers its results. A remembered policy is evaluated anew for each request:
 * it was given for a caller, not for a method.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */
export class LambdaAuthorizer {
  readonly #definition: AuthorizerDefinition;
  readonly #api: RestApiDefinition;
  readonly #invoke: Invoke;
  readonly #results: ResultCache<AuthorizerResult>;

  constructor(definition: AuthorizerDefinition, api: RestApiDefinition, invoke: Invoke) {
    this.#definition = definition;
    this.#api = api;
    this.#invoke = invoke;
    this.#results = new ResultCache({
      ttlMs: definition.resultTtlSeconds * 1000,
      maxEntries: MAX_CACHED_RESULTS,
    });
  }

  /** @throws GatewayFault 401 for a request that does not say who sends it, or that the function refuses; 500 when the function fails */
  async authorize(request: AuthorizerRequest): Promise<Authorization> {
    const identity = identityOf(this.#definition, request.context, request.variable);
    if (!identity) throw new GatewayFault(faults.unauthorized);
    const arn = methodArn(request.context, this.#api);
    const key = JSON.stringify(identity);

    const start = performance.now();
    const remembered = this.#results.get(key);
    const result = remembered ?? interpretAuthorizerResult(await this.#ask(request, identity, arn));
    if (!remembered) this.#results.set(key, result);
    const integrationLatency = remembered ? 0 : Math.round(performance.now() - start);
    return {
      decision: decide(result.policyDocument, arn),
      authorizer: { ...result.context, principalId: result.principalId, integrationLatency },
    };
  }

  async #ask(
    { context, match }: AuthorizerRequest,
    [token = '']: readonly string[],
    arn: string,
  ): Promise<InvokeResult> {
    const { type, functionArn } = this.#definition;
    const event = type === 'TOKEN' ? tokenEvent(token, arn) : requestEvent(context, match, this.#api, arn);
    try {
      const options = { traceId: context.traceId, timeoutMs: TIMEOUT_MS };
      return await invokeWithin(this.#invoke, functionArn, JSON.stringify(event), options);
    } catch (error) {
      throw new GatewayFault(faults.authorizerUnusable, `the authorizer did not answer: ${(error as Error).message}`);
    }
  }
}
