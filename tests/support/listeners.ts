import { parentsOfProcesses } from '../../tooling/processes.ts';
import { socketsOf, tcpSockets } from '../../tooling/sockets.ts';

/** The addresses, `host:port`, at which the process with the given port, and all that it has started, listen. Linux only. */
export async function listenersOfRun(port: string): Promise<string[]> {
  const parents = parentsOfProcesses();
  const all = (await tcpSockets()).filter(({ listens }) => listens);
  const known = all.find(({ local }) => local.endsWith(`:${port}`))?.inode ?? fail(`nobody listens on port ${port}`);
  const runner = [...parents.keys()].find((pid) => socketsOf(pid).has(known)) ?? fail(`port ${port} has no process`);
  const isOfRun = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === runner || isOfRun(parents.get(pid)));
  const sockets = new Set([...parents.keys()].filter(isOfRun).flatMap((pid) => [...socketsOf(pid)]));
  return all.filter(({ inode }) => inode !== undefined && sockets.has(inode)).map(({ local }) => local);
}

function fail(message: string): never {
  throw new Error(message);
}
