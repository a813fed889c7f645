import { execFileSync } from 'node:child_process';

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
