import { open, stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { UserError } from '../../tooling/errors.ts';
import { entriesIn, type LogEntry } from '../../tooling/log-entry.ts';
import { logFileOf } from '../../tooling/paths.ts';

/** Where to look for what is not in the log. */
export const FORMER_RUN = 'The log begins with the last start; run.log.1 beside it has the run before.';

/** How soon a new entry shows. */
const POLL_MS = 200;
const CHUNK_BYTES = 1024 * 1024;

/**
 * The log of a local run, oldest first.
 *
 * @param follow aborts to end; undefined ends with what is there
 * @throws UserError when no run of this folder has left a log
 */
export async function* localEntries(dataDir: string, follow: AbortSignal | undefined): AsyncGenerator<LogEntry> {
  const file = logFileOf(dataDir);
  let [position, rest, inode] = [0, Buffer.alloc(0), 0];
  for (;;) {
    const { size, ino } = await statOf(file, dataDir);
    // Another run has begun a log of its own.
    if (ino !== inode || size < position) [position, rest, inode] = [0, Buffer.alloc(0), ino];
    while (position < size) {
      const chunk = await readChunk(file, position);
      if (chunk.length === 0) break;
      position += chunk.length;
      const known = Buffer.concat([rest, chunk]);
      // Not beyond the last whole line.
      const end = known.lastIndexOf('\n') + 1;
      rest = known.subarray(end);
      yield* entriesIn(known.subarray(0, end).toString('utf8'));
    }
    if (follow === undefined || follow.aborted) return;
    await setTimeout(POLL_MS, undefined, { signal: follow }).catch(() => {});
  }
}

async function readChunk(file: string, position: number): Promise<Buffer> {
  await using handle = await open(file);
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, position);
  return buffer.subarray(0, bytesRead);
}

async function statOf(file: string, dataDir: string) {
  return stat(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new UserError(
      `There is no log in ${dataDir}. Start the local run with \`npm start\`, or name its folder with --data-dir.`,
      { cause },
    );
  });
}
