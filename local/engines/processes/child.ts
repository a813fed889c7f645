import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { signalGroup } from '../../../tooling/processes.ts';
import { removePidFile, writePidFile } from './pid-files.ts';

/** One start of a server process. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: NodeJS.ProcessEnv;
  /** The user and group that the process runs as; without them, the runner's own. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
}

export interface ChildOptions {
  readonly name: string;
  readonly runDir: string;
  readonly stopSignal: NodeJS.Signals;
  readonly onLine: (line: string) => void;
}

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running server process in a group of its own, written down in the run folder for as long as it lives. */
export interface Child {
  readonly pid: number;
  readonly ended: Promise<ChildEnd>;
  /** Ends it in its own way and, after the given time, by force together with everything it started. */
  stop(withinMs: number): Promise<void>;
}

/**
 * Starts a process and reads its output by lines.
 *
 * @throws the system's error when the command cannot be started
 */
export async function spawnChild(launch: Launch, options: ChildOptions): Promise<Child> {
  const child = spawn(launch.command, launch.args, {
    cwd: launch.cwd,
    env: launch.env,
    // A group of its own: the terminal's Ctrl-C reaches the runner alone, which stops its servers in order.
    detached: true,
    // The open stdin lets a server of ours notice that the runner is gone.
    stdio: ['pipe', 'pipe', 'pipe'],
    ...launch.user,
  });
  await spawned(child);
  const pid = child.pid as number;
  writePidFile(options.runDir, options.name, pid, options.stopSignal);
  createInterface({ input: child.stdout }).on('line', options.onLine);
  createInterface({ input: child.stderr }).on('line', options.onLine);

  const ended = new Promise<ChildEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      // Nothing that a server started survives it.
      signalGroup(pid, 'SIGKILL');
      removePidFile(options.runDir, options.name);
      resolve({ code, signal });
    });
  });
  return {
    pid,
    ended,
    async stop(withinMs) {
      child.kill(options.stopSignal);
      const force = setTimeout(() => signalGroup(pid, 'SIGKILL'), withinMs);
      await ended;
      clearTimeout(force);
    },
  };
}

function spawned(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
}
