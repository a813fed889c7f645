import { statfsSync } from 'node:fs';
import { UserError } from './errors.ts';

/**
 * Makes sure that a data folder can grow: programs that run out of space say so in many ways.
 *
 * @param bytes how much must be free
 * @throws UserError when less is
 */
export function requireSpace(dataDir: string, bytes: number): void {
  const { bavail, blocks, bsize } = statfsSync(dataDir);
  const free = bavail * bsize;
  // Some file systems do not tell.
  if (blocks === 0 || free >= bytes) return;
  const megabytes = (size: number) => Math.floor(size / 1e6).toLocaleString('en');
  throw new UserError(
    `The disk of the data folder ${dataDir} has ${megabytes(free)} MB left, and a run needs ${megabytes(bytes)} MB. Free some space, or name a folder on another disk with --data-dir or ORDERFLOW_DATA_DIR.`,
  );
}
