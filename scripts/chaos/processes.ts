import { execFileSync } from 'node:child_process';
import { holdS3 } from '../../local/services/s3/hold.ts';
import { runDirOf } from '../../tooling/paths.ts';
import { readPidFiles } from '../../tooling/pid-files.ts';
import { isRunning } from '../../tooling/processes.ts';

/** The engines of a run that are alive, by name: their process ids. */
export function findEngines(dataDir: string): Map<string, number> {
  const running = readPidFiles(runDirOf(dataDir)).filter(isRunning);
  return new Map(running.map(({ name, pid }) => [name, pid]));
}

/** The execution environments of a runner's functions: their process ids. */
export function findEnvironments(runnerPid: number): number[] {
  return processTable()
    .filter(({ parent, command }) => parent === runnerPid && command.endsWith(' (function)'))
    .map(({ pid }) => pid);
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
  signalServers(pids, 'SIGSTOP');
  // S3 has no process of its own.
  const resumeS3 = names.includes(S3) ? holdS3(dataDir) : () => {};
  return () => {
    signalServers(pids, 'SIGCONT');
    resumeS3();
  };
}

/** Sends a signal to servers and to the processes that they have started, such as those of Postgres's connections. */
export function signalServers(pids: readonly number[], name: NodeJS.Signals): void {
  const table = processTable();
  const children = table.filter(({ parent }) => pids.includes(parent)).map(({ pid }) => pid);
  for (const pid of [...pids, ...children]) {
    try {
      process.kill(pid, name);
    } catch (error) {
      // A server's child may end at any time.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function processTable(): { pid: number; parent: number; command: string }[] {
  const table = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return table.split('\n').flatMap((line) => {
    const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}
