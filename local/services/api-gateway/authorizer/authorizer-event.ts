import { arnOf } from '../../../aws-identity.ts';
import { type RequestFields, requestFields } from '../proxy-event.ts';
import type { RequestContext } from '../request-context.ts';
import type { RestApiDefinition } from '../rest-api-definition.ts';
import type { RouteMatch } from '../router.ts';

/** The ARN that policies name a request by: its real path, not the resource's. */
export function methodArn({ method, path }: RequestContext, { id, stage }: RestApiDefinition): string {
  return arnOf('execute-api', `${id}/${stage}/${method}${path}`);
}

/** What the function of a TOKEN authorizer gets. */
export function tokenEvent(token: string, arn: string) {
  return { type: 'TOKEN', authorizationToken: token, methodArn: arn };
}

/**
 * What the function of a REQUEST authorizer gets: the request without its body, and with empty maps where a proxy event has null.
 *
 * @throws GatewayFault (400) when the query's percent-encoding is malformed
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
 */
export function requestEvent(context: RequestContext, match: RouteMatch, api: RestApiDefinition, arn: string) {
  const fields: RequestFields = requestFields(context, match, api);
  return {
    type: 'REQUEST',
    methodArn: arn,
    ...fields,
    queryStringParameters: fields.queryStringParameters ?? {},
    multiValueQueryStringParameters: fields.multiValueQueryStringParameters ?? {},
    pathParameters: fields.pathParameters ?? {},
    stageVariables: {},
  };
}
