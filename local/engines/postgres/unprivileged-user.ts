import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../../tooling/errors.ts';

/** How to run a program so that Postgres accepts it: Postgres refuses to be root. */
export interface Runner {
  /** Who owns the files that the program works on; undefined when that is the runner's own user anyway. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
  /** Turns a command into the one to spawn, and as whom. */
  wrap(
    command: string,
    args: readonly string[],
  ): {
    readonly command: string;
    readonly args: readonly string[];
    readonly user?: { readonly uid: number; readonly gid: number };
  };
}

/**
 * Chooses how to run Postgres. An ordinary user runs it as is. Root becomes `nobody`, and where `nobody` may not enter
 * the folders (a clone below /root), keeps the one capability to pass by file permissions, without any other right.
 *
 * @param program absolute path of a program to run
 * @param dir existing folder below which it works
 * @throws UserError when root has no way to do either
 */
export async function chooseRunner(program: string, dir: string): Promise<Runner> {
  if (process.getuid?.() !== 0) return { user: undefined, wrap: (command, args) => ({ command, args }) };

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

/** initdb looks its user up, so the id has to be in the user database. */
function findNobody(): { uid: number; gid: number } {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name, , uid, gid] = line.split(':');
    // macOS writes the id as -2.
    if (name === 'nobody') return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
  }
  throw new UserError(
    'Postgres refuses to run as root, and this system has no user "nobody". Start as an ordinary user.',
  );
}

function canEnter(path: string, user: { uid: number; gid: number }): boolean {
  const { mode, uid, gid } = statSync(path);
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  const parent = dirname(path);
  return (mode & bit) !== 0 && (parent === path || canEnter(parent, user));
}

/**
 * `no_setuid_fixup` matters: Postgres finds its own program with access(2), which without it sets the capabilities of
 * everyone but root aside.
 */
function setprivArgs(user: { uid: number; gid: number }): string[] {
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
