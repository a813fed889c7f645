import type { RouteDefinition } from './rest-api-definition.ts';

export interface RouteMatch {
  readonly route: RouteDefinition;
  /** Percent-encoded. Null when the resource has none. */
  readonly pathParameters: Record<string, string> | null;
}

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'rest'; readonly name: string };

interface Resource {
  readonly segments: readonly Segment[];
  readonly methods: ReadonlyMap<string, RouteDefinition>;
}

/** Finds the route of a request, with API Gateway's precedence. */
export class Router {
  readonly #resources: readonly Resource[];

  constructor(routes: readonly RouteDefinition[]) {
    const byPath = Map.groupBy(routes, (route) => route.resourcePath);
    this.#resources = [...byPath]
      .map(([path, methods]) => ({
        segments: segmentsOf(path).map(parseSegment),
        methods: new Map(methods.map((route) => [route.httpMethod, route])),
      }))
      .sort((a, b) => compareSpecificity(a.segments, b.segments));
  }

  /**
   * A literal segment takes precedence over `{name}`, and that over `{name+}`. The path alone selects the resource: a method
   * that it lacks is not looked for elsewhere. A method takes precedence over `ANY`. Slashes at the end do not matter; inside
   * the path, an empty segment matches only `{name+}`.
   *
   * @param path without the stage, percent-encoded
   */
  match(method: string, path: string): RouteMatch | undefined {
    const parts = segmentsOf(path);
    for (const { segments, methods } of this.#resources) {
      const parameters = matchSegments(segments, parts);
      if (!parameters) continue;
      const route = methods.get(method) ?? methods.get('ANY');
      if (!route) return undefined;
      return { route, pathParameters: Object.keys(parameters).length > 0 ? parameters : null };
    }
    return undefined;
  }
}

function segmentsOf(path: string): string[] {
  const trimmed = path.replace(/^\//, '').replace(/\/+$/, '');
  return trimmed === '' ? [] : trimmed.split('/');
}

function parseSegment(text: string): Segment {
  const name = /^\{(.+?)(\+?)\}$/.exec(text);
  if (!name?.[1]) return { kind: 'literal', text };
  return name[2] ? { kind: 'rest', name: name[1] } : { kind: 'parameter', name: name[1] };
}

const ranks = { literal: 0, parameter: 1, rest: 2 };

function compareSpecificity(a: readonly Segment[], b: readonly Segment[]): number {
  for (const [index, segment] of a.entries()) {
    const other = b[index];
    if (!other) return -1;
    const difference = ranks[segment.kind] - ranks[other.kind];
    if (difference !== 0) return difference;
  }
  return b.length > a.length ? 1 : 0;
}

function matchSegments(segments: readonly Segment[], parts: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index];
    if (part === undefined) return undefined;
    if (segment.kind === 'rest') {
      parameters[segment.name] = parts.slice(index).join('/');
      return parameters;
    }
    if (segment.kind === 'literal' ? segment.text !== part : part === '') return undefined;
    if (segment.kind === 'parameter') parameters[segment.name] = part;
  }
  return segments.length === parts.length ? parameters : undefined;
}
