import { findEngines } from '../../scripts/chaos/victims.ts';
import { signalServers } from './processes.ts';

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
