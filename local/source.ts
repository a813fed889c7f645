import { cp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { claimDataDir } from '../tooling/data-dir.ts';
import type { Log } from '../tooling/log.ts';
import { assembliesOf, DEFAULT_DATA_DIR } from '../tooling/paths.ts';
import { loadAssembly, requireAssembly } from './assembly/load-assembly.ts';
import { sourceChanges } from './assembly/source-changes.ts';
import { removeOtherAssemblies, Synthesizer, synthesize } from './assembly/synthesize.ts';
import type { Stack } from './assembly/template.ts';
import type { Settings } from './settings.ts';

type Origin = Pick<Settings, 'source' | 'dataDir'>;

/**
 * The stacks of the app that the settings name, synthesized if need be.
 *
 * @throws UserError when there is no assembly, or the app cannot be synthesized; the signal's reason when that is aborted
 */
export async function readStacks(origin: Origin, log: Pick<Log, 'info'>, signal: AbortSignal): Promise<Stack[]> {
  const { source, dataDir } = origin;
  if (source.kind === 'assembly') return loadAssembly(source.dir);
  claimFolder(dataDir);
  return loadAssembly(await synthesize({ app: source, dir: assembliesOf(dataDir), log, signal }));
}

/** What a run is made of. */
export interface Origins {
  /** The folder of the cloud assembly. */
  readonly assembly: string;
  /** What made it, to make the next one; undefined for an assembly that came from elsewhere. */
  readonly synthesizer?: Synthesizer;
  /** Tells which sources are other ones than before the synthesis, or when it was asked last. As `synthesizer`. */
  readonly sourceChanges?: () => Promise<string[]>;
}

/**
 * The assembly for a run: the data folder keeps it alone. One that came from elsewhere is copied there, so that it may
 * change while it runs. Above their code, functions find a package.json that says nothing, as if there were none.
 *
 * @throws as {@link readStacks}
 */
export async function assemblyToRun(origin: Origin, log: Pick<Log, 'info'>, signal: AbortSignal): Promise<Origins> {
  const { source, dataDir } = origin;
  await writeFile(join(dataDir, 'package.json'), '{}');
  const dir = assembliesOf(dataDir);
  if (source.kind === 'assembly') {
    const assembly = await copyInto(dir, source.dir);
    await removeOtherAssemblies(assembly);
    return { assembly };
  }
  const synthesizer = new Synthesizer({ app: source, dir, log });
  const changes = await sourceChanges(source);
  const assembly = await synthesizer.synthesize(signal);
  await removeOtherAssemblies(assembly);
  return { assembly, synthesizer, sourceChanges: changes };
}

/** Makes a folder a data folder, and the one around it too if that is this project's. @throws UserError when it holds other things */
export function claimFolder(dataDir: string): void {
  if (dirname(dataDir) === DEFAULT_DATA_DIR) claimDataDir(DEFAULT_DATA_DIR);
  claimDataDir(dataDir);
}

async function copyInto(dir: string, assembly: string): Promise<string> {
  requireAssembly(assembly);
  const copy = join(dir, 'copy');
  await rm(copy, { recursive: true, force: true });
  await cp(assembly, copy, { recursive: true });
  return copy;
}
