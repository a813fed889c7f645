import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { releaseLock, takeLock } from '../tooling/lock-file.mjs';

const LOOK_EVERY_MS = 500;

/**
 * Waits until no other command installs the packages of a project: two at once leave neither's. One whose terminal or pipe has gone
 * may still be at it.
 *
 * @param {string} root the project's folder
 * @returns {Promise<() => void>} lets others install
 */
export async function lockInstallation(root) {
  const file = join(tmpdir(), `orderflow-install-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`);
  const mine = String(process.pid);
  for (let told = false; ; told = true) {
    const owner = takeLock(file, mine, (pid) => isRunning(Number(pid)));
    if (owner === undefined) return () => releaseLock(file, mine);
    if (!told) console.error(`Another command is installing the packages (process ${owner}). Waiting for it.`);
    await delay(LOOK_EVERY_MS);
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // There is one, of another user.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
