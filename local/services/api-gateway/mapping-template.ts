import { parse, render } from 'velocityjs';
import { type ContextValues, queryParameters, type RequestContext } from './request-context.ts';
import type { RestApiDefinition } from './rest-api-definition.ts';
import type { RouteMatch } from './router.ts';

/** What templates may read. */
const ROOTS = new Set(['input', 'context', 'stageVariables']);

export interface TemplateRequest {
  readonly context: RequestContext;
  readonly match: RouteMatch;
  readonly values: ContextValues;
  readonly api: Pick<RestApiDefinition, 'stageVariables'>;
}

export interface Rendered {
  readonly text: string;
  /** What the template has set in `$context.responseOverride`. */
  readonly status?: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Renders a mapping template: the Velocity language, with `$input.params()`, `$context` and `$stageVariables`.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */
export function renderTemplate(template: string, { context, match, values, api }: TemplateRequest): Rendered {
  const sources = {
    path: new Map(Object.entries(match.pathParameters ?? {})),
    querystring: new Map(queryParameters(context)),
    header: new Map(context.headers),
  };
  const all = Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, readable(source)]));
  const params = (name?: string) =>
    name === undefined
      ? all
      : (Object.values(sources)
          .find((source) => source.has(name))
          ?.get(name) ?? '');
  const responseOverride: { status?: unknown; header: Record<string, string> } = { header: {} };
  const variables = { context: { ...nested(values), responseOverride }, stageVariables: api.stageVariables };
  const text = render(template, { ...variables, input: { params } });
  const { status, header: headers } = responseOverride;
  return { text, headers, ...(status === undefined ? {} : { status: Number(status) }) };
}

/** @throws Error when a template is not written in the language, or reads what is not supported here */
export function checkTemplate(template: string): void {
  const references = referencesIn(parse(template));
  const own = new Set([...template.matchAll(/#set\s*\(\s*\$!?\{?([\w-]+)/g)].map(([, name]) => name));
  for (const { id, path = [] } of references) {
    const isKnown = ROOTS.has(id) ? id !== 'input' || path?.[0]?.id === 'params' : own.has(id);
    if (!isKnown) {
      const name = [id, ...(path ?? []).map((part) => part.id)].join('.');
      throw new Error(
        `mapping templates run here without $${name}: they have $input.params, $context and $stageVariables`,
      );
    }
  }
}

interface Reference {
  readonly id: string;
  readonly path?: readonly { readonly id?: string }[] | null;
}

/** All `$...` of a parsed template, however deep. */
function referencesIn(node: unknown): Reference[] {
  if (typeof node !== 'object' || node === null) return [];
  const isReference = (node as { type?: unknown }).type === 'references';
  return [...(isReference ? [node as Reference] : []), ...Object.values(node).flatMap(referencesIn)];
}

/** A map as templates read it: by property or with `get()`, which is empty for what is missing. */
function readable(source: ReadonlyMap<string, string>): object {
  return { ...Object.fromEntries(source), get: (name: string) => source.get(name) ?? '' };
}

/** `identity.sourceIp` becomes a property of `identity`. */
function nested(values: ContextValues): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    const [first = '', ...rest] = name.split('.');
    result[first] = rest.length === 0 ? value : { ...(result[first] as object), [rest.join('.')]: value };
  }
  return result;
}
