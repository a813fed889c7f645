import type { AuthorizerContext } from './authorizer/authorizer-definition.ts';
import { headerValue, type RequestContext } from './request-context.ts';
import type { RestApiDefinition } from './rest-api-definition.ts';

/** Gives the `$context` variables of a request by their name without `$context.`; empty for those it does not have. */
export type ContextVariables = (name: string) => string;

/**
 * The `$context` variables of a request.
 *
 * @param authorizer what the authorizer gave, once it was asked
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
 */
export function contextVariables(
  context: RequestContext,
  api: RestApiDefinition,
  authorizer: AuthorizerContext = {},
): ContextVariables {
  const variables: Record<string, string> = {
    apiId: api.id,
    extendedRequestId: context.extendedRequestId,
    httpMethod: context.method,
    'identity.sourceIp': context.sourceIp,
    'identity.userAgent': headerValue(context, 'User-Agent') ?? '',
    path: `/${api.stage}${context.path}`,
    protocol: context.protocol,
    requestId: context.requestId,
    requestTimeEpoch: String(context.receivedAt.getTime()),
    stage: api.stage,
  };
  for (const [name, value] of Object.entries(authorizer)) variables[`authorizer.${name}`] = String(value);
  return (name) => variables[name] ?? '';
}
