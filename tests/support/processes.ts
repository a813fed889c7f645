import { execFileSync } from 'node:child_process';
import { findEngines } from '../../scripts/chaos/victims.ts';

/** Sends a signal to servers and the processes that they have started. */
export function signalServers(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids.flatMap((server) => [server, ...childrenOf(server)])) {
    try {
      process.kill(pid, name);
    } catch (error) {
      // A server's child may end at any time.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function childrenOf(pid: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (child !== undefined && parent === pid ? [child] : []));
}

/**
 * Makes engines of a run hang, with all processes they consist of: the runner would start a killed one again at once.
 *
 * @param names `kafka`, `s3` or the name of a database
 * @returns lets them go on
 */
export function hold(dataDir: string, names: readonly string[]): () => void {
  const engines = findEngines(dataDir);
  const pids = names.map((name) => {
    const pid = engines.get(name);
    if (pid === undefined) throw new Error(`${name} is not running.`);
    return pid;
  });
  signalServers(pids, 'SIGSTOP');
  return () => signalServers(pids, 'SIGCONT');
}
