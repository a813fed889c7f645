import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonFile } from './json-file.ts';
import { type ProcessId, processIdentity } from './processes.ts';

/** What a later run needs to know to end a process whose runner was killed. */
export interface ProcessRecord extends ProcessId {
  readonly name: string;
  readonly stopSignal: NodeJS.Signals;
}

const SUFFIX = '.process.json';

/** Records a process that has just started. Synchronous, so that a runner killed a moment later has written it. */
export function writePidFile(runDir: string, name: string, pid: number, stopSignal: NodeJS.Signals): void {
  const identity = processIdentity(pid);
  if (identity === undefined) return;
  const record: ProcessRecord = { name, pid, identity, stopSignal };
  mkdirSync(runDir, { recursive: true });
  writeFileSync(pathOf(runDir, name), JSON.stringify(record));
}

/** Removes the pid file of a process that has ended. */
export function removePidFile(runDir: string, name: string): void {
  rmSync(pathOf(runDir, name), { force: true });
}

/** The processes recorded in a run folder. Records that are written in part are skipped. */
export function readPidFiles(runDir: string): ProcessRecord[] {
  return pidFilesIn(runDir).flatMap((file) => readJsonFile<ProcessRecord>(file) ?? []);
}

/** Removes the records that a crash left written in part. Call it while holding the lock of the data folder. */
export function removeBrokenPidFiles(runDir: string): void {
  for (const file of pidFilesIn(runDir)) {
    if (readJsonFile(file) === undefined) rmSync(file, { force: true });
  }
}

function pidFilesIn(runDir: string): string[] {
  return globSync(`*${SUFFIX}`, { cwd: runDir }).map((file) => join(runDir, file));
}

function pathOf(runDir: string, name: string): string {
  return join(runDir, `${name}${SUFFIX}`);
}
