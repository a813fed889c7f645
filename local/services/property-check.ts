import { z } from 'zod';
import { isUnknown } from '../assembly/known-values.ts';

/** What has no effect anywhere, and what names a custom resource's function. */
const NOTES = new Set(['Tags', 'Description', 'Comment', 'ServiceToken']);

/** What is read of a JSON schema. */
interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly additionalProperties?: unknown;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly allOf?: readonly Shape[];
}

/**
 * Why a resource's properties cannot run here: a line for each. What depends on resources that do not exist yet is left for later.
 *
 * @param known the properties as far as they are known
 */
export function problemsOf(schema: z.ZodType, known: unknown): string[] {
  return issuesOf(schema, known)
    .filter((issue) => isDecided(issue, known))
    .map(({ path, message }) => `${path.join('.')}: ${message}`);
}

/** The declared properties, by their paths, that the schema does not name: nothing reads them here. */
export function passedOver(schema: z.ZodType, known: unknown): string[] {
  return [...new Set(undeclared([shapeOf(schema)], known, ''))].filter((path) => !NOTES.has(path.replace(/^.*\./, '')));
}

/**
 * Those paths of properties that something reads here.
 *
 * @param paths of properties that differ
 * @param versions the properties before and after
 */
export function readPaths(schema: z.ZodType, paths: readonly string[], versions: readonly unknown[]): string[] {
  const shape = shapeOf(schema);
  const unread = versions.flatMap((known) => [...undeclared([shape], known, '')]);
  return paths.filter((path) => !unread.some((beginning) => `${path}.`.startsWith(`${beginning}.`)));
}

function shapeOf(schema: z.ZodType): Shape {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;
}

function issuesOf(schema: z.ZodType, known: unknown): readonly z.core.$ZodIssue[] {
  try {
    return schema.safeParse(known).error?.issues ?? [];
  } catch {
    // A schema that reads a text may fail on one that only stands for it. The resource's creation reads the real one.
    return [];
  }
}

function isDecided(issue: z.core.$ZodIssue, known: unknown): boolean {
  if (issue.code === 'invalid_type' && issue.expected === 'undefined') return true;
  const value = issue.path.reduce<unknown>((inner, key) => (Object(inner) as Record<PropertyKey, unknown>)[key], known);
  return !isUnknown(value);
}

function* undeclared(shapes: readonly Shape[], value: unknown, path: string): Generator<string> {
  const all = shapes.flatMap(alternatives);
  if (Array.isArray(value)) {
    const items = all.flatMap(({ items }) => items ?? []);
    for (const item of value) yield* undeclared(items, item, `${path}[]`);
  } else if (value !== null && typeof value === 'object' && all.some(({ properties }) => properties)) {
    if (all.some(({ additionalProperties }) => additionalProperties)) return;
    for (const [name, inner] of Object.entries(value)) {
      const known = all.flatMap(({ properties }) => properties?.[name] ?? []);
      const at = path === '' ? name : `${path}.${name}`;
      if (known.length === 0) yield at;
      else yield* undeclared(known, inner, at);
    }
  }
}

function alternatives(shape: Shape): Shape[] {
  const inner = [shape.anyOf, shape.oneOf, shape.allOf].flatMap((shapes) => shapes ?? []);
  return [shape, ...inner.flatMap(alternatives)];
}
