import { z } from 'zod';
import { arnOf } from '../../../aws-identity.ts';
import { errorMessageOf, type InvokeResult } from '../../lambda/service.ts';
import { faults, GatewayFault } from '../gateway-fault.ts';
import { requestFields } from '../proxy-event.ts';
import type { RequestContext } from '../request-context.ts';
import type { RestApiDefinition } from '../rest-api-definition.ts';
import type { RouteMatch } from '../router.ts';
import { policyDocument } from './policy.ts';

/** The ARN by which policies name a request: with its own path, not the resource's. */
export function methodArn({ method, path }: RequestContext, { id, stage }: RestApiDefinition): string {
  return arnOf('execute-api', `${id}/${stage}/${method}${path}`);
}

/** The event for the function of a TOKEN authorizer. */
export function tokenEvent(token: string, arn: string) {
  return { type: 'TOKEN', authorizationToken: token, methodArn: arn };
}

/**
 * The event for the function of a REQUEST authorizer: empty maps where a proxy event has null, and no body.
 * Throws GatewayFault (400) when the query's percent-encoding is malformed.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
 */
export function requestEvent(context: RequestContext, match: RouteMatch, api: RestApiDefinition, arn: string) {
  const fields = requestFields(context, match, api);
  return {
    type: 'REQUEST',
    methodArn: arn,
    ...fields,
    queryStringParameters: fields.queryStringParameters ?? {},
    multiValueQueryStringParameters: fields.multiValueQueryStringParameters ?? {},
    pathParameters: fields.pathParameters ?? {},
    stageVariables: fields.stageVariables ?? {},
  };
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
const authorizerResult = z.object({
  principalId: z.string(),
  policyDocument,
  usageIdentifierKey: z.string().optional(),
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
});

export type AuthorizerResult = z.output<typeof authorizerResult>;

/**
 * Reads the result of an authorizer's function.
 *
 * @throws GatewayFault 401 when it failed with exactly the message `Unauthorized`, 500 when it failed otherwise or returned no
 *   policy. AWS does not document the error type of that 500; clients report `AuthorizerConfigurationException`:
 *   https://github.com/dherault/serverless-offline/pull/1376, https://github.com/serverless/examples/issues/305
 */
export function readAuthorizerResult({ functionError, payload }: InvokeResult): AuthorizerResult {
  if (functionError) {
    if (errorMessageOf(payload) === 'Unauthorized') throw new GatewayFault(faults.unauthorized);
    throw new GatewayFault(faults.authorizerFailed, `the authorizer failed: ${payload}`);
  }
  const result = authorizerResult.safeParse(JSON.parse(payload));
  if (result.success) return result.data;
  throw new GatewayFault(faults.authorizerFailed, `malformed authorizer result: ${z.prettifyError(result.error)}`);
}
