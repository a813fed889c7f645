import { UserError } from './errors.ts';
import { wakeAbandoned } from './frozen-processes.ts';
import type { Log } from './log.ts';
import { runDirOf } from './paths.ts';
import { type ProcessRecord, readLaunchFiles, readPidFiles, removeBrokenPidFiles, removePidFile } from './pid-files.ts';
import { isRunning, processIdentity, processTable } from './processes.ts';
import { pollWithin } from './timing.ts';

const ORDERLY_END_MS = 5_000;
const FORCED_END_MS = 2_000;

/**
 * Ends the processes that a killed run left behind. A process id that now belongs to another process is left alone. Call it
 * while holding the lock of the data folder.
 *
 * @throws UserError when a process cannot be ended, for example because it belongs to another user
 */
export async function endOrphans(dataDir: string, log: Log): Promise<void> {
  const runDir = runDirOf(dataDir);
  wakeAbandoned(runDir);
  await Promise.all(
    [...readPidFiles(runDir), ...startedUnrecorded(dataDir)].map(async (record) => {
      if (isRunning(record)) {
        log.warn('ending %s (process %d), which an earlier run left behind', record.name, record.pid);
        await end(record);
      }
      removePidFile(runDir, record.name);
    }),
  );
  removeBrokenPidFiles(runDir);
}

/** The processes of interrupted starts: a wrapper such as setpriv is gone from the command of the program that it became. */
function startedUnrecorded(dataDir: string): ProcessRecord[] {
  const launches = readLaunchFiles(runDirOf(dataDir));
  if (launches.length === 0) return [];
  return processTable().flatMap(({ pid, command }) => {
    const launch = launches.find((each) => command.includes(dataDir) && each.command.endsWith(command));
    const identity = processIdentity(pid);
    return launch === undefined || identity === undefined ? [] : [{ ...launch, pid, identity }];
  });
}

async function end(record: ProcessRecord): Promise<void> {
  const hasEnded = () => !isRunning(record);
  signal(record, record.pid, record.stopSignal);
  if (await pollWithin(ORDERLY_END_MS, hasEnded)) return;
  // Each engine leads a process group, so this reaches its children too.
  signal(record, -record.pid, 'SIGKILL');
  if (await pollWithin(FORCED_END_MS, hasEnded)) return;
  throw new UserError(
    `Process ${record.pid} (${record.name}) of an earlier run did not stop. End it with \`kill -9 ${record.pid}\` and start again.`,
  );
}

function signal(record: ProcessRecord, target: number, name: NodeJS.Signals): void {
  try {
    process.kill(target, name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return;
    if (code !== 'EPERM') throw error;
    throw new UserError(
      `Process ${record.pid} (${record.name}) of an earlier run belongs to another user. End it as that user and start again.`,
    );
  }
}
