import { onTestFinished } from 'vitest';
import { silentLog } from '../../../tooling/log-fixture.ts';
import type { Invoke, InvokeResult } from '../lambda/function-definition.ts';
import { UsagePlans } from './api-keys/usage-plans.ts';
import { type RestApiOptions, startRestApi } from './rest-api.ts';
import type { GatewayResponseDefinition, RestApiDefinition, RouteDefinition } from './rest-api-definition.ts';
import { ACCOUNT_RATE } from './throttling/rate.ts';
import { TokenBucket } from './throttling/token-bucket.ts';

export const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:orders';

/** A route to the function of {@link FUNCTION_ARN}. */
export function lambdaRoute(httpMethod: string, resourcePath: string, timeoutMs = 29_000): RouteDefinition {
  return { httpMethod, resourcePath, integration: { type: 'AWS_PROXY', functionArn: FUNCTION_ARN, timeoutMs } };
}

/** An API of these routes, with neither keys nor models nor stage variables. */
export function apiDefinition(
  routes: readonly RouteDefinition[],
  gatewayResponses: Record<string, GatewayResponseDefinition> = {},
  binaryMediaTypes: readonly string[] = [],
): RestApiDefinition {
  return {
    id: 'abc123',
    stage: 'dev',
    stageVariables: {},
    apiKeySource: 'HEADER',
    binaryMediaTypes,
    routes,
    models: new Map(),
    gatewayResponses,
  };
}

/** All that an API needs to be served at any free port. */
export function apiOptions(definition: RestApiDefinition): RestApiOptions {
  const account = new TokenBucket(ACCOUNT_RATE);
  const functions = functionsOf(fakeInvoke().invoke);
  return { definition, port: 0, functions, account, usagePlans: new UsagePlans(), log: silentLog };
}

/** Functions of which nothing else is known than what they return. */
export function functionsOf(invoke: Invoke): RestApiOptions['functions'] {
  return { invoke, definitionOf: () => undefined };
}

/** An `invoke` that returns the given result and keeps the events it got. */
export function fakeInvoke(result: unknown = { statusCode: 200, body: '{}' }, outcome: Partial<InvokeResult> = {}) {
  const events: Record<string, unknown>[] = [];
  const invoke: Invoke = async (_name, payload) => {
    events.push(JSON.parse(payload));
    return { requestId: 'id', executedVersion: '$LATEST', payload: JSON.stringify(result), ...outcome };
  };
  return { invoke, events };
}

/** A served API, stopped when the test is over. */
export async function servedApi(
  definition: RestApiDefinition,
  invoke: Invoke = fakeInvoke().invoke,
  options: Partial<RestApiOptions> = {},
) {
  const server = await startRestApi({ ...apiOptions(definition), functions: functionsOf(invoke), ...options });
  onTestFinished(() => server.stop());
  return server;
}
