import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const HOLDER = fileURLToPath(new URL('./holder.ts', import.meta.url));

/**
 * Holds parts of a run as long as this process lives, even if it is killed.
 *
 * @param names as `holdParts` takes them
 * @returns lets them go on, and resolves when they do
 * @throws Error when one cannot be held; what the holder says of it has been printed
 */
export async function holdWhileAlive(dataDir: string, names: readonly string[]): Promise<() => Promise<void>> {
  // In a group of its own: Ctrl-C is for this process.
  const holder = fork(HOLDER, [dataDir, ...names], { stdio: ['pipe', 'inherit', 'inherit', 'ipc'], detached: true });
  const ended = once(holder, 'exit');
  const held = once(holder, 'message').then(() => true);
  if (!(await Promise.race([held, ended.then(() => false)]))) throw new Error(`${names.join(', ')} cannot be held.`);
  return async () => {
    holder.stdin?.end();
    await ended;
  };
}
