import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { removeLaunchFile, removePidFile, writeLaunchFile, writePidFile } from '../../../tooling/pid-files.ts';
import { signalGroup } from '../../../tooling/processes.ts';

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All of it: nothing is inherited. */
  readonly env: NodeJS.ProcessEnv;
  /** The user to run as; the current one by default. */
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

/** A server process in a process group of its own, with a pid file for as long as it lives. */
export interface Child {
  readonly pid: number;
  readonly ended: Promise<ChildEnd>;
  /** Sends the stop signal and, if that is not enough in time, kills the process with everything it started. */
  stop(withinMs: number): Promise<void>;
}

/** Starts a process and reads its output by line. @throws the system's error when the command cannot be started */
export async function spawnChild(launch: Launch, options: ChildOptions): Promise<Child> {
  const { runDir, name, stopSignal } = options;
  writeLaunchFile(runDir, { name, command: [launch.command, ...launch.args].join(' '), stopSignal });
  const child = spawn(launch.command, launch.args, {
    cwd: launch.cwd,
    env: launch.env,
    // Keeps the terminal's Ctrl-C away from it: the runner stops its servers in order.
    detached: true,
    // A closed stdin tells our own servers that the runner is gone.
    stdio: ['pipe', 'pipe', 'pipe'],
    ...launch.user,
  });
  await spawned(child);
  const pid = child.pid as number;
  writePidFile(runDir, name, pid, stopSignal);
  removeLaunchFile(runDir, name);
  createInterface({ input: child.stdout }).on('line', options.onLine);
  createInterface({ input: child.stderr }).on('line', options.onLine);

  const ended = new Promise<ChildEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      signalGroup(pid, 'SIGKILL');
      removePidFile(runDir, name);
      resolve({ code, signal });
    });
  });
  return {
    pid,
    ended,
    async stop(withinMs) {
      child.kill(stopSignal);
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
