import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Takes a lock that is a file, also from a holder that is gone. In JavaScript, since it also guards the installation of what runs TypeScript.
 *
 * @param {string} file in a folder of a file system that has hard links
 * @param {string} holder names this process
 * @param {(holder: string) => boolean} isLive whether somebody that holds it is still there
 * @returns {string | undefined} who has it; undefined when it was taken
 * @throws {Error} when the folder cannot be written
 */
export function takeLock(file, holder, isLive) {
  for (;;) {
    if (link(file, holder)) return undefined;
    const other = readIfThere(file);
    if (other === undefined) continue;
    if (isLive(other)) return other;
    // One at a time removes it: a second one might remove the lock of whoever has taken it meanwhile.
    const removal = `${file}.stale`;
    if (takeLock(removal, holder, isLive) !== undefined) continue;
    if (readIfThere(file) === other) rmSync(file);
    rmSync(removal);
  }
}

/** Gives a lock back, unless another process has it. @param {string} file @param {string} holder as {@link takeLock} has it */
export function releaseLock(file, holder) {
  if (readIfThere(file) === holder) rmSync(file, { force: true });
}

/** Unlike a file that is written, a link appears with its whole content, and fails when the name is taken. @param {string} file @param {string} content */
function link(file, content) {
  const draft = `${file}.${process.pid}.draft`;
  try {
    writeFileSync(draft, content);
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** @param {string} file */
function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return undefined;
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return /** @type {NodeJS.ErrnoException} */ (error).code;
}
