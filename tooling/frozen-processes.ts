import { globSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonFile } from './json-file.ts';
import { isRunning, type ProcessId, processIdentity, signalProcess, thisProcess } from './processes.ts';

/** What whoever comes later needs to know to wake what a killed holder has frozen. */
interface FrozenRecord {
  readonly holder: ProcessId;
  readonly processes: readonly ProcessId[];
}

const SUFFIX = '.frozen.json';

/**
 * Freezes processes of a run, as long as this process lives or until whoever finds it gone calls {@link wakeAbandoned}.
 *
 * @param runDir gets a record of them
 * @returns lets those go on that have not ended, also those whose parent was killed meanwhile
 */
export function freezeProcesses(runDir: string, pids: readonly number[]): () => void {
  const holder = thisProcess();
  const processes = pids.flatMap((pid) => {
    const identity = processIdentity(pid);
    return identity === undefined ? [] : [{ pid, identity }];
  });
  const file = join(runDir, `${holder.pid}-${crypto.randomUUID()}${SUFFIX}`);
  const record: FrozenRecord = { holder, processes };
  mkdirSync(runDir, { recursive: true });
  // Before anything is frozen, and all at once: this process may be killed at any time.
  writeFileSync(`${file}.draft`, JSON.stringify(record));
  renameSync(`${file}.draft`, file);
  signalAll(processes, 'SIGSTOP');
  return () => {
    signalAll(processes, 'SIGCONT');
    rmSync(file, { force: true });
  };
}

/** Lets those processes of a run go on that were frozen by a process which is gone. A process id that now belongs to another process is left alone. */
export function wakeAbandoned(runDir: string): void {
  for (const name of globSync(`*${SUFFIX}`, { cwd: runDir })) {
    const file = join(runDir, name);
    const record = readJsonFile<FrozenRecord>(file);
    if (record === undefined || isRunning(record.holder)) continue;
    signalAll(record.processes, 'SIGCONT');
    rmSync(file, { force: true });
  }
}

function signalAll(processes: readonly ProcessId[], signal: NodeJS.Signals): void {
  for (const { pid } of processes.filter(isRunning)) signalProcess(pid, signal);
}
