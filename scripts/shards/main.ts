import type { Answers } from '../../functions/move-users/commands.ts';
import { STAGES } from '../../infra/config/stage.ts';
import { runCommand } from '../../tooling/command-line.ts';
import { printableText } from '../../tooling/printable.ts';
import { invokeForOperator } from '../operator-function.ts';
import { type ShardsCommand, shardsCommand } from './command.ts';
import { planFor } from './plan.ts';
import { planText } from './plan-text.ts';
import { answerText } from './report.ts';
import { demandOneRelease } from './rollout.ts';

const MOVER = {
  folder: 'move-users',
  refusals: ['MoveRefusedError', 'MovedUsersError', 'MoveOverError', 'MoveBlockedError', 'ShardUnavailableError'],
} as const;

// User ids are in the answers.
await runCommand(shardsCommand(async (asked) => console.log(printableText(await carryOut(asked)))));

async function carryOut(asked: ShardsCommand): Promise<string> {
  const { verb, target } = asked;
  // The function itself cannot reach Lambda: it is in a network without a way to it.
  if (verb === 'start') await demandOneRelease(target);
  const answer = await invokeForOperator(MOVER, { do: verb }, target);
  if (asked.verb === 'plan') {
    const stage = 'stage' in target ? STAGES[target.stage] : undefined;
    return planText(planFor(answer as Answers['plan'], asked.options), { ordersPerSecond: asked.options.rate, stage });
  }
  if (verb === 'check' && (answer as Answers['check']).findings > 0) process.exitCode = 1;
  if (verb === 'repair' && hasMoreToDo(answer as Answers['repair'])) process.exitCode = 1;
  return answerText(asked.verb, answer as Answers[typeof asked.verb]);
}

function hasMoreToDo({ left, more }: Answers['repair']): boolean {
  return left > 0 || more;
}
