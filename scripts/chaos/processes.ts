import { holdS3 } from '../../local/services/s3/hold.ts';
import { freezeProcesses } from '../../tooling/frozen-processes.ts';
import { runDirOf } from '../../tooling/paths.ts';
import { readPidFiles } from '../../tooling/pid-files.ts';
import { isRunning, type ListedProcess, processTable, signalProcess } from '../../tooling/processes.ts';

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
  const wake = stopServers(dataDir, pids);
  // S3 has no process of its own.
  const resumeS3 = names.includes(S3) ? holdS3(dataDir) : () => {};
  return () => {
    wake();
    resumeS3();
  };
}

/** Stops servers and the processes that they have started. @returns lets the same processes go on, as `freezeProcesses` does */
export function stopServers(dataDir: string, pids: readonly number[]): () => void {
  const runDir = runDirOf(dataDir);
  // First those that could start another one.
  const wakeServers = freezeProcesses(runDir, pids);
  const wakeOthers = freezeProcesses(runDir, withChildren(pids));
  return () => {
    wakeServers();
    wakeOthers();
  };
}

/** Sends a signal to servers and to the processes that they have started, such as those of Postgres's connections. */
export function signalServers(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of withChildren(pids)) signalProcess(pid, name);
}

function withChildren(pids: readonly number[]): number[] {
  const children = processTable().filter(({ parent }) => pids.includes(parent));
  return [...pids, ...children.map(({ pid }) => pid)];
}
