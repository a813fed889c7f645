import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessRecord } from '../../local/engines/processes/pid-files.ts';
import { runDirOf } from '../../tooling/paths.ts';
import { processIdentity } from '../../tooling/processes.ts';

/** The engines of a run that are alive, by name: their process ids. */
export function findEngines(dataDir: string): Map<string, number> {
  const runDir = runDirOf(dataDir);
  const records = readdirSync(runDir)
    .filter((file) => file.endsWith('.process.json'))
    .flatMap((file) => readRecord(join(runDir, file)) ?? [])
    .filter(({ pid, identity }) => processIdentity(pid) === identity);
  return new Map(records.map(({ name, pid }) => [name, pid]));
}

/** The execution environments of a runner's functions: their process ids. */
export function findEnvironments(runnerPid: number): number[] {
  const table = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return table.split('\n').flatMap((line) => {
    const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return Number(parent) === runnerPid && command.includes('runtime/bootstrap.mjs') ? [Number(pid)] : [];
  });
}

/** Undefined when the runner is about to write the record, or has just removed it. */
function readRecord(file: string): ProcessRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
