import { execFile } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '../../../tooling/log.ts';
import { REPOSITORY } from '../../../tooling/paths.ts';

/** Where the packages really are, should the project's node_modules be links. */
const PACKAGES = dirname(realpathSync(join(REPOSITORY, 'node_modules/@aws-sdk')));

/** How https://docs.kernel.org/filesystems/proc.html, 3.5, writes a space in the path of a mount. */
const OCTAL = /\\([0-7]{3})/g;

/**
 * Runs a command that sees a file system of its own: `/tmp` is empty and of limited size, the rest is read-only. Folders that the
 * function needs stay where they are, even below `/tmp`: they are held open while the new `/tmp` is put over them. Each program that it
 * calls prolongs every cold start.
 *
 * The command keeps the file descriptors up to 4. Arguments: the size of `/tmp` in MB, the working directory, at most five folders, `--`, the command.
 */
const SCRIPT = `
set -e
size=$1 work=$2
shift 2
fd=5
for folder; do
  [ "$folder" != -- ] || break
  eval "exec $fd<\\"\\$folder\\""
  fd=$((fd + 1))
done
mount -t tmpfs -o "size=\${size}m,mode=1777" tmpfs /tmp
fd=5
while [ "$1" != -- ]; do
  [ -d "$1" ] || mkdir -p "$1"
  mount -c --bind -o ro "/proc/self/fd/$fd" "$1"
  eval "exec $fd<&-"
  fd=$((fd + 1))
  shift
done
mount -o remount,bind,ro /
cd "$work"
shift
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
  const folders = outermost([codeDir, runtimeDir, REPOSITORY, PACKAGES, dirname(process.execPath)]);
  const args = [String(temporaryMb), codeDir, ...folders, '--', ...command];
  return ['unshare', '-Urm', '/bin/sh', '-c', SCRIPT, 'sandbox', ...args];
}

/** Without those that come with another one of them: they are really below it, and nothing is mounted in between. */
function outermost(folders: readonly string[]): string[] {
  const mountPoints = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) =>
      line.split(' ')[4]?.replaceAll(OCTAL, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8))),
    );
  const all = [...new Set(folders)].map((path) => ({ path, real: realpathSync(path) }));
  const isBelow = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);
  const comesWith = ({ path, real }: (typeof all)[number], other: (typeof all)[number]) =>
    path !== other.path &&
    isBelow(path, other.path) &&
    isBelow(real, other.real) &&
    !mountPoints.some((point = '/') => point !== other.real && isBelow(point, other.real) && isBelow(real, point));
  return all.filter((folder) => !all.some((other) => comesWith(folder, other))).map(({ path }) => path);
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
