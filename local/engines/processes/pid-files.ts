import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from '../../../tooling/processes.ts';

/** What a later start needs to know in order to end a process whose runner was killed. */
export interface ProcessRecord {
  readonly name: string;
  readonly pid: number;
  /** See {@link processIdentity}. */
  readonly identity: string;
  /** The signal that ends this process in an orderly way. */
  readonly stopSignal: NodeJS.Signals;
}

/**
 * Writes down a process that was just started. Synchronous, so that a runner killed in the next moment has written it.
 *
 * @param name file name of the record, unique among the processes of the data folder
 */
export function writePidFile(runDir: string, name: string, pid: number, stopSignal: NodeJS.Signals): void {
  const identity = processIdentity(pid);
  if (identity === undefined) return;
  const record: ProcessRecord = { name, pid, identity, stopSignal };
  mkdirSync(runDir, { recursive: true });
  writeFileSync(recordPath(runDir, name), JSON.stringify(record));
}

/** Removes the record of a process that has ended. */
export function removePidFile(runDir: string, name: string): void {
  rmSync(recordPath(runDir, name), { force: true });
}

/** The records in a run folder; those that a crash left unreadable are passed over and removed. */
export function readPidFiles(runDir: string): ProcessRecord[] {
  const records: ProcessRecord[] = [];
  mkdirSync(runDir, { recursive: true });
  for (const file of readdirSync(runDir).filter((entry) => entry.endsWith(SUFFIX))) {
    try {
      records.push(JSON.parse(readFileSync(join(runDir, file), 'utf8')) as ProcessRecord);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      rmSync(join(runDir, file), { force: true });
    }
  }
  return records;
}

const SUFFIX = '.process.json';

function recordPath(runDir: string, name: string): string {
  return join(runDir, `${name}${SUFFIX}`);
}
