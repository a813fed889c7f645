import { runCommand } from '../../tooling/command-line.ts';
import { accessOf } from './access.ts';
import { HELP, type PermissionsCommand, parsePermissionsCommand } from './command.ts';
import { withExamples } from './example-context.ts';
import { reportText } from './report.ts';
import { synthesizeStacks } from './synthesize-stacks.ts';

await runCommand({
  helpCommand: 'npm run permissions -- --help',
  help: HELP,
  parse: parsePermissionsCommand,
  run: async (command) => show(command),
});

function show({ context, json }: PermissionsCommand): void {
  const { completed, examples } = withExamples(context);
  // Beside the result, which stays what a program or a diff can take.
  if (examples.length > 0) console.error(`Not given, so examples stand for them: ${examples.join(', ')}.\n`);
  const accesses = accessOf(synthesizeStacks(completed));
  console.log(json ? JSON.stringify(accesses, undefined, 2) : reportText(accesses));
}
