import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { privateFolderMode } from '../../../tooling/data-dir.ts';
import { UserError } from '../../../tooling/errors.ts';

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** How to launch the programs of Postgres, which refuse to run as root. */
export interface Launcher {
  /** The owner of the files that a program works on; undefined for the current user. */
  readonly user: User | undefined;
  wrap(
    command: string,
    args: readonly string[],
  ): { readonly command: string; readonly args: readonly string[]; readonly user?: User };
}

/**
 * Chooses how to launch Postgres. An ordinary user runs it as is. Root becomes `nobody`; where `nobody` may not enter the
 * folders (a clone below /root), it keeps the capability to bypass file permissions, and no other.
 *
 * @param program absolute path of one of the programs
 * @throws UserError when root can do neither, or the ordinary user has no name
 */
export async function chooseLauncher(program: string, dir: string): Promise<Launcher> {
  if (process.getuid?.() !== 0) {
    requireUserName();
    return { user: undefined, wrap: (command, args) => ({ command, args }) };
  }

  const user = findNobody();
  if (canEnter(program, user) && canEnter(dir, user)) {
    return { user, wrap: (command, args) => ({ command, args, user }) };
  }
  const wrap = (command: string, args: readonly string[]) => ({
    command: 'setpriv',
    args: [...setprivArgs(user), command, ...args],
  });
  try {
    const trial = wrap(program, ['--version']);
    await promisify(execFile)(trial.command, trial.args, { timeout: 10_000 });
  } catch (error) {
    throw new UserError(
      `Postgres refuses to run as root, and the user "nobody" may not enter ${dir}. Start as an ordinary user, move the clone to a folder that others may enter (not below /root), or install setpriv (package util-linux).`,
      { cause: error },
    );
  }
  return { user, wrap };
}

/** Creates a folder that the user of Postgres can pass through, whatever root's umask says. */
export function makeFolder(dir: string): void {
  const first = mkdirSync(dir, { recursive: true });
  if (first === undefined || process.getuid?.() !== 0) return;
  for (let made = dir; made.startsWith(first); made = dirname(made)) chmodSync(made, privateFolderMode());
}

/** @throws UserError for a user id without an entry in /etc/passwd, as with `docker run --user`: initdb looks for its name */
function requireUserName(): void {
  try {
    os.userInfo();
  } catch (cause) {
    throw new UserError(
      `Postgres needs a user with a name, but user id ${process.getuid?.()} has no entry in /etc/passwd. Start as a user that has one: in a container, name one with --user, or add an entry.`,
      { cause },
    );
  }
}

/** initdb looks up its user, so a bare id would not do. */
function findNobody(): User {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name, , uid, gid] = line.split(':');
    // macOS writes the id as -2.
    if (name === 'nobody') return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
  }
  throw new UserError(
    'Postgres refuses to run as root, and this system has no user "nobody". Start as an ordinary user.',
  );
}

function canEnter(path: string, user: User): boolean {
  const { mode, uid, gid } = statSync(path);
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  const parent = dirname(path);
  return (mode & bit) !== 0 && (parent === path || canEnter(parent, user));
}

/** `no_setuid_fixup`: Postgres looks for its own program with access(2), which would otherwise ignore capabilities. */
function setprivArgs(user: User): string[] {
  return [
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    '--clear-groups',
    '--securebits=+no_setuid_fixup',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    '--bounding-set=-all,+dac_override',
  ];
}
