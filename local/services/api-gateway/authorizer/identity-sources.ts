import { type ContextVariables, headerValue, queryParameters, type RequestContext } from '../request-context.ts';
import type { AuthorizerDefinition, IdentitySource, RestApiDefinition } from '../rest-api-definition.ts';

const SOURCE_FORMS = [
  ['header', /^method\.request\.header\.(.+)$/],
  ['querystring', /^method\.request\.querystring\.(.+)$/],
  ['context', /^context\.(.+)$/],
  ['stageVariables', /^stageVariables\.(.+)$/],
] as const;

/** Reads a template's `IdentitySource`, a list of mapping expressions. Throws for one that is not supported here. */
export function parseIdentitySources(text: string): IdentitySource[] {
  const expressions = text.split(',').map((expression) => expression.trim());
  return expressions.filter((expression) => expression !== '').map(parseSource);
}

function parseSource(expression: string): IdentitySource {
  for (const [from, form] of SOURCE_FORMS) {
    const [, name] = form.exec(expression) ?? [];
    if (name) return { from, name };
  }
  throw new Error(`the identity source ${expression} is not supported by the local runner`);
}

/**
 * The values of all identity sources; undefined when one is missing or empty, or a token does not match: API Gateway then
 * refuses the request without asking the function. Throws GatewayFault (400) when the query's percent-encoding is malformed.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html
 */
export function identityOf(
  { identitySources, identityValidation }: AuthorizerDefinition,
  { stageVariables }: Pick<RestApiDefinition, 'stageVariables'>,
  { context, variable }: { readonly context: RequestContext; readonly variable: ContextVariables },
): string[] | undefined {
  const values = identitySources.map(({ from, name }) => {
    if (from === 'header') return headerValue(context, name) ?? '';
    if (from === 'context') return variable(name);
    if (from === 'stageVariables') return stageVariables[name] ?? '';
    return queryParameters(context).findLast(([candidate]) => candidate === name)?.[1] ?? '';
  });
  if (values.some((value) => value === '')) return undefined;
  if (identityValidation && !identityValidation.test(values[0] ?? '')) return undefined;
  return values;
}
