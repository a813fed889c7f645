import { createHash } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

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
  let told = false;
  while (!take(file)) {
    const owner = ownerOf(file);
    if (owner === undefined) continue;
    if (!isRunning(owner)) rmSync(file, { force: true });
    else {
      if (!told) console.error(`Another command is installing the packages (process ${owner}). Waiting for it.`);
      told = true;
      await delay(LOOK_EVERY_MS);
    }
  }
  return () => rmSync(file, { force: true });
}

/** The file is there with its content, or not at all. @param {string} file */
function take(file) {
  const draft = `${file}-${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(draft);
  }
}

/** @param {string} file @returns {number | undefined} its process, unless that has removed it */
function ownerOf(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return undefined;
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // There is one, of another user.
    return codeOf(error) === 'EPERM';
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return /** @type {NodeJS.ErrnoException} */ (error).code;
}
