import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STAGE_CONTEXTS } from '../../infra/example-contexts.ts';
import { CDK_JSON_CONTEXT, synthesizeApp } from '../../infra/synthesize.ts';
import { loadAssembly } from '../../local/assembly/load-assembly.ts';
import type { Stack } from '../../local/assembly/template.ts';

/**
 * The stacks that a context gives, each after those that it depends on. Their assets are gone.
 *
 * @param context as `cdk -c key=value` gives it
 * @throws UserError when the context cannot be built
 */
export function synthesizeStacks(context: Readonly<Record<string, unknown>>): Stack[] {
  const dir = mkdtempSync(join(tmpdir(), 'orderflow-templates-'));
  try {
    synthesizeApp(context, dir);
    return loadAssembly(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/**
 * Fills in what prod requires or warns about and is not given, such as the issuer: no right and no network path depends on it.
 *
 * @returns the completed context, and `key=value` of each example in it
 */
export function withExamples(context: Readonly<Record<string, string>>): {
  completed: Readonly<Record<string, string>>;
  examples: readonly string[];
} {
  const given: Readonly<Record<string, unknown>> = { ...CDK_JSON_CONTEXT, ...context };
  if (given.stage !== 'prod') return { completed: context, examples: [] };
  const missing = Object.entries(STAGE_CONTEXTS.prod).filter(([key]) => given[key] === undefined);
  return {
    completed: { ...Object.fromEntries(missing), ...context },
    examples: missing.map(([key, value]) => `${key}=${value}`),
  };
}
