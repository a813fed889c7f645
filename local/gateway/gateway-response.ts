import type { Fault } from './gateway-fault.ts';
import type { HttpAnswer } from './http-answer.ts';
import { headerValue, type RequestContext } from './request-context.ts';
import type { GatewayResponseDefinition, RestApiDefinition } from './rest-api-definition.ts';

const DEFAULT_TEMPLATES: Readonly<Record<string, string>> = {
  'application/json': '{"message":$context.error.messageString}',
};

/**
 * Words one of the gateway's own answers: by the response of its type, else by `DEFAULT_4XX` or `DEFAULT_5XX`, else
 * as API Gateway does by default.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
 */
export function gatewayResponse(fault: Fault, context: RequestContext, api: RestApiDefinition): HttpAnswer {
  const custom: GatewayResponseDefinition | undefined =
    api.gatewayResponses[fault.responseType] ??
    api.gatewayResponses[fault.statusCode < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'];
  const variable = contextVariables(fault, context, api);

  const customized = Object.keys(custom?.templates ?? {}).length > 0;
  const templates = custom && customized ? custom.templates : DEFAULT_TEMPLATES;
  const contentType = templates['application/json'] ? 'application/json' : (Object.keys(templates)[0] ?? '');
  const body = (templates[contentType] ?? '').replaceAll(/\$context\.([A-Za-z.]+)/g, (_, name: string) =>
    variable(name),
  );

  const headers = new Map([
    ['Content-Type', [contentType]],
    ['x-amzn-ErrorType', [fault.errorType]],
  ]);
  for (const [name, expression] of Object.entries(custom?.headers ?? {})) {
    headers.set(name, [headerExpression(expression, context, variable)]);
  }
  return { statusCode: custom?.statusCode ?? fault.statusCode, headers, body: Buffer.from(body) };
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/context-variables-for-access-logging.html */
function contextVariables(fault: Fault, context: RequestContext, api: RestApiDefinition): (name: string) => string {
  const variables: Record<string, string> = {
    'error.message': fault.message,
    'error.messageString': JSON.stringify(fault.message),
    'error.responseType': fault.responseType,
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
  return (name) => variables[name] ?? '';
}

/** A header's value: a literal in single quotes, a header of the request, or a context variable. */
function headerExpression(expression: string, context: RequestContext, variable: (name: string) => string): string {
  const literal = /^'(.*)'$/.exec(expression);
  if (literal) return literal[1] ?? '';
  const [, requestHeader] = /^method\.request\.header\.(.+)$/.exec(expression) ?? [];
  if (requestHeader) return headerValue(context, requestHeader) ?? '';
  return variable(expression.replace(/^context\./, ''));
}
