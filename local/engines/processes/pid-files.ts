import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from '../../../tooling/processes.ts';

/** What a later run needs to know to end a process whose runner was killed. */
export interface ProcessRecord {
  readonly name: string;
  readonly pid: number;
  readonly identity: string;
  readonly stopSignal: NodeJS.Signals;
}

/** Records a process that has just started. Synchronous, so that a runner killed a moment later has written it. */
export function writePidFile(runDir: string, name: string, pid: number, stopSignal: NodeJS.Signals): void {
  const identity = processIdentity(pid);
  if (identity === undefined) return;
  const record: ProcessRecord = { name, pid, identity, stopSignal };
  mkdirSync(runDir, { recursive: true });
  writeFileSync(recordPath(runDir, name), JSON.stringify(record));
}

export function removePidFile(runDir: string, name: string): void {
  rmSync(recordPath(runDir, name), { force: true });
}

/** Reads the records in a run folder, and removes those that a crash left unreadable. */
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
