import { isDeepStrictEqual } from 'node:util';
import type { ResourceNode } from './graph.ts';

/** What is done, or not done, about a resource of other templates. */
export interface Change {
  /** `later`: waits until a person asks for it. `start`: needs a new start of the run. */
  readonly kind: 'added' | 'changed' | 'removed' | 'later' | 'start';
  readonly node: ResourceNode;
  /** Of the properties that differ, such as `Environment.Variables.LEVEL`. */
  readonly paths: readonly string[];
}

/** The paths of what differs between two values: in objects those of their members, lists as a whole. */
export function changedPaths(former: unknown, next: unknown, path = ''): string[] {
  if (isDeepStrictEqual(former, next)) return [];
  if (!isObject(former) || !isObject(next)) return [path];
  const names = new Set([...Object.keys(former), ...Object.keys(next)]);
  return [...names].flatMap((name) => changedPaths(former[name], next[name], path === '' ? name : `${path}.${name}`));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
