import { onTestFinished } from 'vitest';
import { silentLog } from '../../../tooling/log-fixture.ts';
import type { Invoke, InvokeResult } from '../lambda/function-definition.ts';
import { startRestApi } from './rest-api.ts';
import type { GatewayResponseDefinition, RestApiDefinition, RouteDefinition } from './rest-api-definition.ts';

export const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:orders';

export function lambdaRoute(httpMethod: string, resourcePath: string, timeoutMs = 29_000): RouteDefinition {
  return { httpMethod, resourcePath, integration: { type: 'AWS_PROXY', functionArn: FUNCTION_ARN, timeoutMs } };
}

export function apiDefinition(
  routes: readonly RouteDefinition[],
  gatewayResponses: Record<string, GatewayResponseDefinition> = {},
  binaryMediaTypes: readonly string[] = [],
): RestApiDefinition {
  return { id: 'abc123', stage: 'dev', binaryMediaTypes, routes, gatewayResponses };
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
export async function servedApi(definition: RestApiDefinition, invoke: Invoke = fakeInvoke().invoke, log = silentLog) {
  const server = await startRestApi({ definition, port: 0, invoke, log });
  onTestFinished(() => server.stop());
  return server;
}
