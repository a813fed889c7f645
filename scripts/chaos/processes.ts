import { holdS3 } from '../../local/services/s3/hold.ts';
import { runDirOf } from '../../tooling/paths.ts';
import { readPidFiles } from '../../tooling/pid-files.ts';
import { isRunning, type ListedProcess, processIdentity, processTable } from '../../tooling/processes.ts';

/** The engines of a run that are alive, by name: their process ids. */
export function findEngines(dataDir: string): Map<string, number> {
  const running = readPidFiles(runDirOf(dataDir)).filter(isRunning);
  return new Map(running.map(({ name, pid }) => [name, pid]));
}

/** The execution environments of a runner's functions: their process ids. */
export function findEnvironments(runnerPid: number): number[] {
  return environments(runnerPid).map(({ pid }) => pid);
}

/** Those that have an event at this moment: others are frozen. @param folder of one function alone */
export function findAtWork(runnerPid: number, folder = ''): number[] {
  return environments(runnerPid)
    .filter(({ state, command }) => !state.startsWith('T') && command.endsWith(`${folder} (function)`))
    .map(({ pid }) => pid);
}

function environments(runnerPid: number): ListedProcess[] {
  return processTable().filter(({ parent, command }) => parent === runnerPid && command.endsWith(' (function)'));
}

const S3 = 's3';

/**
 * Makes parts of a run hang, which is worse than being gone: the runner restarts what has ended.
 *
 * @param names `kafka`, `s3` or the name of a database
 * @returns lets them go on
 * @throws Error when one is not running
 */
export function holdParts(dataDir: string, names: readonly string[]): () => void {
  const engines = findEngines(dataDir);
  const pids = names
    .filter((name) => name !== S3)
    .map((name) => {
      const pid = engines.get(name);
      if (pid === undefined) throw new Error(`${name} is not running.`);
      return pid;
    });
  const resumeServers = stopServers(pids);
  // S3 has no process of its own.
  const resumeS3 = names.includes(S3) ? holdS3(dataDir) : () => {};
  return () => {
    resumeServers();
    resumeS3();
  };
}

/**
 * Stops servers and the processes that they have started.
 *
 * @returns lets the same processes go on, also those whose server was killed meanwhile: they would stay stopped for ever
 */
export function stopServers(pids: readonly number[]): () => void {
  // First those that could start another one.
  stopProcesses(pids);
  return stopProcesses(withChildren(pids));
}

/** @returns lets those go on that have not ended */
export function stopProcesses(pids: readonly number[]): () => void {
  const stopped = pids.map((pid) => ({ pid, identity: processIdentity(pid) ?? '' }));
  for (const pid of pids) send(pid, 'SIGSTOP');
  return () => {
    for (const each of stopped.filter(isRunning)) send(each.pid, 'SIGCONT');
  };
}

/** Sends a signal to servers and to the processes that they have started, such as those of Postgres's connections. */
export function signalServers(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of withChildren(pids)) send(pid, name);
}

/** @returns false when there is no such process any more: a server's child, or an idle function, may end at any time */
export function send(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}

function withChildren(pids: readonly number[]): number[] {
  const children = processTable().filter(({ parent }) => pids.includes(parent));
  return [...pids, ...children.map(({ pid }) => pid)];
}
