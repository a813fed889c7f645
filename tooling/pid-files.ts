import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonFile } from './json-file.ts';
import { type ProcessId, processIdentity } from './processes.ts';

/** What a later run needs to know to end a process whose runner was killed. */
export interface ProcessRecord extends ProcessId {
  readonly name: string;
  readonly stopSignal: NodeJS.Signals;
}

/** What is known of a process that is being started, until there is a {@link ProcessRecord} of it. */
export interface LaunchRecord {
  readonly name: string;
  /** The program with its arguments, separated by spaces. */
  readonly command: string;
  readonly stopSignal: NodeJS.Signals;
}

const SUFFIX = '.process.json';
const LAUNCH_SUFFIX = '.launch.json';

/** Records a process that is about to be started: a runner that is killed before it has written the pid file leaves it running. */
export function writeLaunchFile(runDir: string, record: LaunchRecord): void {
  mkdirSync(runDir, { recursive: true });
  writeFileSync(join(runDir, record.name + LAUNCH_SUFFIX), JSON.stringify(record));
}

/** Removes what {@link writeLaunchFile} wrote, if it is there. */
export function removeLaunchFile(runDir: string, name: string): void {
  rmSync(join(runDir, name + LAUNCH_SUFFIX), { force: true });
}

/** The starts that were interrupted in a run folder. A record that is written in part is of a process that was not started. */
export function readLaunchFiles(runDir: string): LaunchRecord[] {
  return filesIn(runDir, LAUNCH_SUFFIX).flatMap((file) => readJsonFile<LaunchRecord>(file) ?? []);
}

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
  return filesIn(runDir, SUFFIX).flatMap((file) => readJsonFile<ProcessRecord>(file) ?? []);
}

/** Removes the records of interrupted starts, and those that a crash left written in part. Call it while holding the lock of the data folder. */
export function removeBrokenPidFiles(runDir: string): void {
  for (const file of filesIn(runDir, LAUNCH_SUFFIX)) rmSync(file, { force: true });
  for (const file of filesIn(runDir, SUFFIX)) {
    if (readJsonFile(file) === undefined) rmSync(file, { force: true });
  }
}

function filesIn(runDir: string, suffix: string): string[] {
  return globSync(`*${suffix}`, { cwd: runDir }).map((file) => join(runDir, file));
}

function pathOf(runDir: string, name: string): string {
  return join(runDir, `${name}${SUFFIX}`);
}
