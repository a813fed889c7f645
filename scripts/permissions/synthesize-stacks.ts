import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesizeApp } from '../../infra/synthesize.ts';
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
