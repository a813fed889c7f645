import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../tooling/errors.ts';
import { wakeAbandoned } from '../../tooling/frozen-processes.ts';
import { runDirOf } from '../../tooling/paths.ts';

const HOLDER = fileURLToPath(new URL('./holder.ts', import.meta.url));

/**
 * Holds parts of a run while some work goes on, as long as this process lives, even if it is killed.
 *
 * @param names as `holdParts` takes them
 * @param work begins when they are held; they go on when it has ended. It is aborted when whoever holds them is killed
 * @throws Error when one cannot be held; what the holder says of it has been printed
 * @throws UserError when the process that holds them is killed; they go on nevertheless
 */
export async function holdDuring(
  dataDir: string,
  names: readonly string[],
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  // Of a command that was killed together with its holder.
  wakeAbandoned(runDirOf(dataDir));
  // In a group of its own: Ctrl-C is for this process.
  const holder = fork(HOLDER, [dataDir, ...names], { stdio: ['pipe', 'inherit', 'inherit', 'ipc'], detached: true });
  const lost = new AbortController();
  const ended = once(holder, 'exit').then(() => lost.abort());
  const held = once(holder, 'message').then(() => true);
  if (!(await Promise.race([held, ended]))) throw new Error(`${names.join(', ')} cannot be held.`);
  await work(lost.signal);
  const isLost = lost.signal.aborted;
  holder.stdin?.end();
  await ended;
  wakeAbandoned(runDirOf(dataDir));
  if (isLost) throw new UserError(`The process that held ${names.join(', ')} was ended. They go on.`);
}
