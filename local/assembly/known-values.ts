import { chosenBranch, intrinsicCall, NO_VALUE, resolve } from './intrinsics.ts';
import { referencesOf } from './references.ts';
import type { StackScope } from './stack-scope.ts';
import type { TemplateValue } from './template.ts';

/** Stands for what is known only once other resources exist. */
export const UNKNOWN = '(known once other resources exist)';

/** A template value as far as it is known before anything is created. What cannot be resolved is {@link UNKNOWN} as well. */
export function knownValues(value: TemplateValue, scope: StackScope): unknown {
  if (Array.isArray(value)) return value.map((item) => knownValues(item, scope)).filter((item) => item !== NO_VALUE);
  if (value === null || typeof value !== 'object') return value;
  const call = intrinsicCall(value);
  if (!call) {
    const known = Object.entries(value).map(([key, item]) => [key, knownValues(item, scope)] as const);
    return Object.fromEntries(known.filter(([, item]) => item !== NO_VALUE));
  }
  try {
    if (call.name === 'Fn::If') return knownValues(chosenBranch(call.argument, scope), scope);
    return dependsOnResources(value, scope) ? UNKNOWN : resolve(value, scope);
  } catch {
    // Its resource will say so when its turn comes.
    return UNKNOWN;
  }
}

/** Whether some part of a value is {@link UNKNOWN}. */
export function isUnknown(value: unknown): boolean {
  return value === UNKNOWN || (JSON.stringify(value) ?? '').includes(UNKNOWN);
}

function dependsOnResources(value: TemplateValue, scope: StackScope): boolean {
  const { names, imports } = referencesOf(value, scope);
  return imports.size > 0 || [...names].some((name) => scope.stack.template.Resources[name] !== undefined);
}
