import type { HttpResponse } from '../../http/http-response.ts';
import type { Fault } from './gateway-fault.ts';
import type { ContextVariables } from './request-context.ts';
import type { GatewayResponseDefinition, RestApiDefinition } from './rest-api-definition.ts';

const DEFAULT_TEMPLATES: Readonly<Record<string, string>> = {
  'application/json': '{"message":$context.error.messageString}',
};
/** The one body whose key has a capital letter, as transcripts of clients show; AWS's pages write a small one. */
const ACCESS_DENIED_TEMPLATES: Readonly<Record<string, string>> = {
  'application/json': '{"Message":$context.error.messageString}',
};

/** A dot that ends a sentence is no part of the name. */
const VARIABLE = /\$context\.(\w+(?:\.\w+)*)/g;

/** What a gateway response may take from the request: a header, its name in any casing, or a `$context` variable. */
export interface RequestValues {
  readonly header: (name: string) => string | undefined;
  readonly variable: ContextVariables;
}

/**
 * The gateway's own response to a request, by the API's definition for this response type, else by its `DEFAULT_4XX` or
 * `DEFAULT_5XX`, else by API Gateway's default.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
 */
export function gatewayResponse(
  fault: Fault,
  { gatewayResponses }: Pick<RestApiDefinition, 'gatewayResponses'>,
  request: RequestValues,
): HttpResponse {
  const custom: GatewayResponseDefinition | undefined =
    gatewayResponses[fault.responseType] ?? gatewayResponses[fault.statusCode < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'];
  const errorVariables: Record<string, string> = {
    'error.message': fault.message ?? '',
    'error.messageString': JSON.stringify(fault.message),
    'error.responseType': fault.responseType,
  };
  const variable: ContextVariables = (name) => errorVariables[name] ?? request.variable(name);

  const customized = Object.keys(custom?.templates ?? {}).length > 0;
  const defaults = fault.responseType === 'ACCESS_DENIED' ? ACCESS_DENIED_TEMPLATES : DEFAULT_TEMPLATES;
  const templates = custom && customized ? custom.templates : defaults;
  const contentType = templates['application/json'] ? 'application/json' : (Object.keys(templates)[0] ?? '');
  const body = (templates[contentType] ?? '').replaceAll(VARIABLE, (_, name: string) => variable(name));

  const headers = new Map([
    ['Content-Type', [contentType]],
    ['x-amzn-ErrorType', [fault.errorType]],
  ]);
  for (const [name, expression] of Object.entries(custom?.headers ?? {})) {
    headers.set(name, [headerExpression(expression, { ...request, variable })]);
  }
  return { statusCode: custom?.statusCode ?? fault.statusCode, headers, body: Buffer.from(body) };
}

/** A header's value: a literal in single quotes, a header of the request, or a context variable. */
function headerExpression(expression: string, { header, variable }: RequestValues): string {
  const literal = /^'(.*)'$/.exec(expression);
  if (literal) return literal[1] ?? '';
  const [, requestHeader] = /^method\.request\.header\.(.+)$/.exec(expression) ?? [];
  if (requestHeader) return header(requestHeader) ?? '';
  return variable(expression.replace(/^context\./, ''));
}
