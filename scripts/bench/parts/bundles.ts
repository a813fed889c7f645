import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { functionRecipe } from '../../../infra/constructs/functions/bundled-code.ts';
import { bundle } from '../../../tooling/bundle.ts';
import { REPOSITORY } from '../../../tooling/paths.ts';
import type { BenchContext } from '../context.ts';
import { medianOf } from '../figures.ts';
import { runProgram } from '../load/run-load.ts';

const IMPORT = join(import.meta.dirname, '../import-program.ts');

export interface BundleCost {
  readonly kilobytes: number;
  /** How many source files it is made of. */
  readonly modules: number;
  /** Milliseconds of computing to import it, but for what it connects to. */
  readonly importMs: ReturnType<typeof medianOf>;
}

/**
 * What the bundle of a source costs that is made as those of the functions.
 *
 * @param variables of the function's environment
 */
export async function costOfBundle(
  { sizes, folder, signal }: BenchContext,
  name: string,
  entry: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<BundleCost> {
  const { files, inputs } = await bundle(REPOSITORY, { ...functionRecipe(name), entry });
  const dir = join(folder, 'bundles', name);
  mkdirSync(dir, { recursive: true });
  for (const [file, contents] of files) writeFileSync(join(dir, file), contents);
  const env = { PATH: process.env.PATH, AWS_REGION: 'us-east-1', ...variables };
  const times: number[] = [];
  for (let round = 0; round < sizes.rounds; round += 1) {
    const input = { file: join(dir, 'index.mjs') };
    times.push((await runProgram<{ cpuMs: number }>(IMPORT, input, signal, env)).cpuMs);
  }
  const bytes = [...files].find(([file]) => file === 'index.mjs')?.[1].length ?? 0;
  return { kilobytes: bytes / 1_000, modules: inputs.length, importMs: medianOf(times) };
}
