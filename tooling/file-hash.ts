import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

/** More than one of the clock by which a file system dates files. */
const CLOCK_TICK_MS = 100;

/** By path: what a file was when it was read. */
const known = new Map<string, { readonly state: string; readonly hash: string }>();

/**
 * Of a file's contents. It is read unless it is as it was when this process read it last. One that had just been written is read again: its
 * next contents may have the same time.
 *
 * @returns undefined when there is no file, or another thing such as a folder
 */
export function hashOfFile(path: string): string | undefined {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) return undefined;
    const { ino, size, ctimeMs } = stats;
    const state = [ino, size, ctimeMs].join();
    const former = known.get(path);
    if (former?.state === state) return former.hash;
    const found = hash('sha256', readFileSync(path));
    if (Date.now() - ctimeMs > CLOCK_TICK_MS) known.set(path, { state, hash: found });
    return found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
