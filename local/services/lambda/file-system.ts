import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '../../../tooling/log.ts';
import { REPOSITORY } from '../../../tooling/paths.ts';

/** Where the packages really are, should the project's node_modules be links. */
const PACKAGES = dirname(realpathSync(join(REPOSITORY, 'node_modules/@aws-sdk')));

/**
 * Runs a command that sees a file system of its own: `/tmp` is empty and of limited size, the rest is read-only. Folders that the
 * function needs stay where they are, even below `/tmp`: they are held open while the new `/tmp` is put over them.
 *
 * The command keeps the file descriptors up to 3. Arguments: the size of `/tmp` in MB, five folders of which the first is the working directory, the command.
 */
const SCRIPT = `
set -e
size=$1
exec 4<"$2" 5<"$3" 6<"$4" 7<"$5" 8<"$6"
mount -t tmpfs -o "size=\${size}m,mode=1777" tmpfs /tmp
fd=4
for folder in "$2" "$3" "$4" "$5" "$6"; do
  mkdir -p "$folder"
  mount -c --bind "/proc/self/fd/$fd" "$folder"
  mount -o remount,bind,ro "$folder"
  fd=$((fd + 1))
done
exec 4<&- 5<&- 6<&- 7<&- 8<&-
mount -o remount,bind,ro /
cd "$2"
shift 6
unset PWD OLDPWD
exec "$@"
`;

export interface FileSystemOptions {
  readonly codeDir: string;
  readonly runtimeDir: string;
  /** How much the function may store in `/tmp`. */
  readonly temporaryMb: number;
}

/**
 * A command line that runs another one with the file system that Lambda gives a function, by the user and mount namespaces of Linux:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html. What is stored is gone when the process ends.
 */
export function withOwnFileSystem(command: readonly string[], options: FileSystemOptions): string[] {
  const { codeDir, runtimeDir, temporaryMb } = options;
  const folders = [codeDir, runtimeDir, REPOSITORY, PACKAGES, dirname(process.execPath)];
  return ['unshare', '-Urm', '/bin/sh', '-c', SCRIPT, 'sandbox', String(temporaryMb), ...folders, ...command];
}

/** Whether this system lets functions have one: some systems and containers forbid namespaces. */
export async function ownFileSystemIsPossible(runtimeDir: string, log: Pick<Log, 'debug'>): Promise<boolean> {
  const [program = '', ...args] = withOwnFileSystem(['true'], { codeDir: runtimeDir, runtimeDir, temporaryMb: 1 });
  try {
    await promisify(execFile)(program, args);
    return true;
  } catch (error) {
    log.debug('functions share /tmp and may write where you may: %s', (error as Error).message);
    return false;
  }
}
