import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeOtherAssemblies, synthesize } from '../../local/assembly/synthesize.ts';
import type { Log } from '../../tooling/log.ts';
import { OWN_APP } from '../../tooling/own-app.ts';
import { assembliesOf } from '../../tooling/paths.ts';

/** Where the bridge looks for the assembly, also in a container. */
export function publishedAssembly(dataDir: string): string {
  return join(dataDir, 'cdk.out');
}

/**
 * Synthesizes the app for LocalStack and publishes it to the bridge.
 *
 * @param dataDir the folder for everything about LocalStack
 * @returns the folder of the cloud assembly
 * @throws UserError when the app cannot be synthesized
 */
export async function synthesizeForLocalStack(
  dataDir: string,
  context: Readonly<Record<string, string>>,
  log: Pick<Log, 'info'>,
  signal?: AbortSignal,
): Promise<string> {
  const assembly = await synthesize({
    app: { ...OWN_APP, context },
    dir: assembliesOf(dataDir),
    log,
    ...(signal && { signal }),
  });
  await removeOtherAssemblies(assembly);
  await publish(assembly, publishedAssembly(dataDir));
  return assembly;
}

/** The folder is replaced as a whole, so that nobody reads half of it. */
async function publish(assembly: string, published: string): Promise<void> {
  const draft = `${published}.draft`;
  await rm(draft, { recursive: true, force: true });
  await cp(assembly, draft, { recursive: true });
  await rm(published, { recursive: true, force: true });
  await rename(draft, published);
}
