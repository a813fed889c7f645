import { runCommand } from '../../tooling/command-line.ts';
import { abortOnSignal } from '../../tooling/signals.ts';
import { synthesizeStacks, withExamples } from '../templates/stacks.ts';
import { accessOf } from './access.ts';
import { type PermissionsCommand, permissionsCommand } from './command.ts';
import { proveStatements } from './prove/run.ts';
import { reportText } from './report.ts';

await runCommand(permissionsCommand(show));

async function show({ context, json, prove }: PermissionsCommand): Promise<void> {
  if (prove !== undefined) {
    process.exitCode = (await proveStatements(prove, abortOnSignal())) ? 0 : 1;
    return;
  }
  const { completed, examples } = withExamples(context);
  // On stderr: the output itself stays fit for a program or a diff.
  if (examples.length > 0) console.error(`Not given, so examples stand in for them: ${examples.join(', ')}.\n`);
  const accesses = accessOf(synthesizeStacks(completed));
  console.log(json ? JSON.stringify(accesses, undefined, 2) : reportText(accesses));
}
