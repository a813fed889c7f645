import { runCommand } from '../../tooling/command-line.ts';
import { printable } from '../../tooling/printable.ts';
import { synthesizeStacks } from '../templates/stacks.ts';
import { CHECKS } from './checks/index.ts';
import { clientsFor } from './clients.ts';
import { type PreflightCommand, preflightCommand } from './command.ts';
import { runChecks, summaryOf } from './run-checks.ts';
import { openTarget } from './target.ts';

await runCommand(preflightCommand(look));

async function look({ context, region }: PreflightCommand): Promise<void> {
  const stacks = synthesizeStacks(context);
  const target = await openTarget(clientsFor(region), stacks);
  console.log(`Account ${target.accountId}, Region ${target.region}, as ${target.caller}. Nothing is changed.\n`);
  const outcome = await runChecks(CHECKS, target, (line) => console.log(printable(line)));
  console.log(`\n${summaryOf(outcome)}`);
  process.exitCode = outcome.lacks === 0 ? 0 : 1;
}
