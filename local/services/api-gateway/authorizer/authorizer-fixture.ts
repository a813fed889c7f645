import type { Invoke } from '../../lambda/function-definition.ts';
import { UsagePlans } from '../api-keys/usage-plans.ts';
import { apiDefinition, functionsOf, lambdaRoute, servedApi } from '../gateway-fixture.ts';
import type { Functions } from '../lambda-integration.ts';
import type { ApiKeySource, AuthorizerDefinition, GatewayResponseDefinition } from '../rest-api-definition.ts';

const AUTHORIZER_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:guard:live';
export const API_ARN = 'arn:aws:execute-api:us-east-1:000000000000:abc123/dev';

function authorizerDefinition(overrides: Partial<AuthorizerDefinition> = {}): AuthorizerDefinition {
  return {
    id: 'guard',
    type: 'TOKEN',
    functionArn: AUTHORIZER_ARN,
    identitySources: [{ from: 'header', name: 'Authorization' }],
    resultTtlSeconds: 300,
    ...overrides,
  };
}

/** A result that lets one caller do what the statements say; everything when there are none. */
export function policyResult(...statements: { Effect?: string; Action?: unknown; Resource: unknown }[]) {
  const given = statements.length > 0 ? statements : [{ Resource: `${API_ARN}/*` }];
  const Statement = given.map((statement) => ({ Effect: 'Allow', Action: 'execute-api:Invoke', ...statement }));
  return { principalId: 'ada', policyDocument: { Version: '2012-10-17', Statement } };
}

/** How the authorizer's function ends: with a result, or with the message that it fails with. */
export type Outcome = { readonly result: unknown } | { readonly failsWith: string };

/**
 * An API with the guarded routes `GET /orders`, `GET /orders/{id}` and `POST /orders`.
 *
 * @param decide plays the authorizer's function
 * @returns also the events that the authorizer's function and the handlers got
 */
export async function guardedApi(
  decide: (event: Record<string, unknown>) => Outcome | Promise<Outcome>,
  overrides: Partial<AuthorizerDefinition> = {},
  options: {
    gatewayResponses?: Record<string, GatewayResponseDefinition>;
    handler?: Invoke;
    apiKeySource?: ApiKeySource;
    usagePlans?: UsagePlans;
    definitionOf?: Functions['definitionOf'];
  } = {},
) {
  const asked: Record<string, unknown>[] = [];
  const handled: { requestContext: { authorizer?: Record<string, unknown> } }[] = [];
  const invoke: Invoke = async (name, payload, invokeOptions) => {
    const done = { requestId: 'id', executedVersion: '1' };
    if (name !== AUTHORIZER_ARN) {
      handled.push(JSON.parse(payload));
      if (options.handler) return options.handler(name, payload, invokeOptions);
      return { ...done, payload: JSON.stringify({ statusCode: 200, body: '{}' }) };
    }
    asked.push(JSON.parse(payload));
    const outcome = await decide(JSON.parse(payload));
    if ('result' in outcome) return { ...done, payload: JSON.stringify(outcome.result) };
    const failure = { errorType: 'Error', errorMessage: outcome.failsWith };
    return { ...done, payload: JSON.stringify(failure), functionError: 'Unhandled' };
  };
  const authorizer = authorizerDefinition(overrides);
  const routes = [
    lambdaRoute('GET', '/orders'),
    lambdaRoute('GET', '/orders/{id}'),
    lambdaRoute('POST', '/orders'),
  ].map((route) => ({ ...route, authorizer, apiKeyRequired: options.apiKeySource !== undefined }));
  const open = lambdaRoute('GET', '/health');
  const { gatewayResponses = {}, apiKeySource = 'HEADER', usagePlans = new UsagePlans() } = options;
  const definition = { ...apiDefinition([...routes, open], gatewayResponses), apiKeySource };
  const functions = { ...functionsOf(invoke), ...(options.definitionOf && { definitionOf: options.definitionOf }) };
  const api = await servedApi(definition, invoke, { usagePlans, functions });
  return { url: api.url, asked, handled };
}
