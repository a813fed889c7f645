import { z } from 'zod';
import type { InvokeResult } from '../../lambda/function-definition.ts';
import { faults, GatewayFault } from '../gateway-fault.ts';
import { policyDocument } from './policy.ts';

const contextValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
const authorizerResult = z.object({
  principalId: z.string(),
  policyDocument,
  context: z.record(z.string(), contextValue).default({}),
});

export type AuthorizerResult = z.output<typeof authorizerResult>;

/**
 * Reads what an authorizer's function came to.
 *
 * @throws GatewayFault 401 when it failed with exactly the message `Unauthorized`; 500 when it failed otherwise or its result is no
 *   policy. (The type of that 500 is documented nowhere; what clients report of it is `AuthorizerConfigurationException`:
 *   https://github.com/dherault/serverless-offline/pull/1376, https://github.com/serverless/examples/issues/305)
 */
export function interpretAuthorizerResult({ functionError, payload }: InvokeResult): AuthorizerResult {
  const value: unknown = JSON.parse(payload);
  if (functionError) {
    const { errorMessage } = (value ?? {}) as { errorMessage?: unknown };
    if (errorMessage === 'Unauthorized') throw new GatewayFault(faults.unauthorized);
    throw new GatewayFault(faults.authorizerUnusable, `the authorizer failed: ${payload}`);
  }
  const result = authorizerResult.safeParse(value);
  if (result.success) return result.data;
  throw new GatewayFault(faults.authorizerUnusable, `malformed authorizer result: ${z.prettifyError(result.error)}`);
}
