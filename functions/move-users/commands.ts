import { abortMove, type Begun, startMove } from './begin-move.ts';
import { type Checked, checkOwners } from './check-owners.ts';
import { type Finished, finishMove, pauseMove, resumeMove } from './end-move.ts';
import type { Command } from './input.ts';
import { type PlanData, planData, type StoredOrders } from './plan-data.ts';
import { type RepairDependencies, type Repaired, repairOwners } from './repair-owners.ts';
import { type MoveStatus, moveStatus } from './status.ts';

/** What the mover answers to each command. */
export interface Answers {
  readonly plan: PlanData;
  readonly start: Begun;
  readonly status: MoveStatus;
  readonly pause: null;
  readonly resume: null;
  readonly abort: Begun;
  readonly finish: Finished;
  readonly check: Checked;
  readonly repair: Repaired;
}

/** Does what an operator asks for. @throws MoveRefusedError when it cannot be done now; ShardUnavailableError */
export async function carryOut(
  command: Command,
  dependencies: RepairDependencies & { readonly stored: StoredOrders },
): Promise<Answers[keyof Answers]> {
  switch (command.do) {
    case 'plan':
      return planData(dependencies);
    case 'start':
      return startMove(dependencies);
    case 'status':
      return moveStatus(dependencies);
    case 'pause':
      await pauseMove(dependencies);
      return null;
    case 'resume':
      await resumeMove(dependencies);
      return null;
    case 'abort':
      return abortMove(dependencies);
    case 'finish':
      return finishMove(dependencies);
    case 'check':
      return checkOwners(dependencies);
    case 'repair':
      return repairOwners(dependencies);
  }
}
