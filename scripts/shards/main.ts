import type { Answers } from '../../functions/move-users/commands.ts';
import { runCommand } from '../../tooling/command-line.ts';
import { printableText } from '../../tooling/printable.ts';
import { invokeForOperator } from '../operator-function.ts';
import type { Target } from '../target.ts';
import { shardsCommand, type Verb } from './command.ts';
import { answerText } from './report.ts';
import { demandOneRelease } from './rollout.ts';

const MOVER = { folder: 'move-users', refusals: ['MoveRefusedError', 'ShardUnavailableError'] } as const;

// User ids are in the answers.
await runCommand(shardsCommand(async (verb, target) => console.log(printableText(await carryOut(verb, target)))));

async function carryOut(verb: Verb, target: Target): Promise<string> {
  // The function itself cannot reach Lambda: it is in a network without a way to it.
  if (verb === 'start') await demandOneRelease(target);
  const answer = (await invokeForOperator(MOVER, { do: verb }, target)) as Answers[Verb];
  if (verb === 'check' && (answer as Answers['check']).findings > 0) process.exitCode = 1;
  return answerText(verb, answer);
}
