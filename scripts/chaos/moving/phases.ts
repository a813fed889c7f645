import { setTimeout as delay } from 'node:timers/promises';
import type { MoveStatus } from '../../../functions/move-users/status.ts';
import type { Operator } from './operator.ts';
import type { Progress } from './progress.ts';

/** Before and between the moves. */
const QUIET_MS = 5_000;
const PAUSE_MS = 100;
const MOVED_WITHIN_MS = 3_600_000;
const ARCHIVED_WITHIN_MS = 1_200_000;
/** A run that moves nobody costs more than it tells. */
const ARCHIVE_PAUSE_MS = 1_000;

/** What moving users there and back works with. */
export interface Moving {
  readonly operator: Operator;
  readonly progress: Progress;
  /** Before the way back, waits until nothing is left where users were: a release that looks there alone finds nothing of them. */
  readonly archiveBetween: boolean;
  /** Does a part, and takes its time. */
  readonly phase: (name: string, work: () => Promise<unknown>) => Promise<void>;
  readonly log: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Moves users to the next map and back with the operator's commands, as docs/operations.md says. */
export async function moveThereAndBack(moving: Moving): Promise<void> {
  const { operator, progress, archiveBetween, phase, log, signal } = moving;
  const quiet = () => delay(QUIET_MS, undefined, { signal });
  await phase('before', quiet);
  await phase('there', async () => {
    progress.begin('there');
    await operator.insist('start', isUnderWay(1));
    await moveAll(moving);
  });
  await phase('between', async () => {
    if (archiveBetween) await archive(moving);
    await quiet();
  });
  await phase('back', async () => {
    progress.begin('back');
    await operator.insist('abort', isUnderWay(2));
    await moveAll(moving);
  });
  await phase('until the end', async () => {
    progress.begin('archive');
    await archive(moving);
    progress.begin('finish');
    await operator.insist('finish', ({ state }) => state === 'finished');
  });
  log('finished');
}

function isUnderWay(number: number) {
  return ({ move, state, behind }: MoveStatus) => move === number && state === 'running' && behind.length === 0;
}

/** Drives the mover, as its schedule does, until nobody is left. */
async function moveAll({ operator, log, signal }: Moving): Promise<void> {
  const begun = performance.now();
  for (;;) {
    await operator.run();
    const { sources } = await operator.ask('status');
    if (sources.every(({ usersLeft }) => usersLeft === 0)) {
      const moved = sources.reduce((sum, { ordersMoved }) => sum + ordersMoved, 0);
      const seconds = (performance.now() - begun) / 1_000;
      log(`everybody has moved: ${moved} orders in ${seconds.toFixed(1)} s, ${Math.round(moved / seconds)} a second`);
      return;
    }
    if (performance.now() - begun > MOVED_WITHIN_MS) throw new Error('Not everybody has moved within an hour.');
    await delay(PAUSE_MS, undefined, { signal });
  }
}

/** Until the shards have put away the former orders of all who have moved, a minute after each. */
async function archive({ operator, progress, signal }: Moving): Promise<void> {
  for (const until = performance.now() + ARCHIVED_WITHIN_MS; !(await progress.isArchived()); ) {
    if (performance.now() > until) throw new Error('The former orders were not archived within 20 minutes.');
    await operator.run();
    await delay(ARCHIVE_PAUSE_MS, undefined, { signal });
  }
}
