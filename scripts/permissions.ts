import { ConfigError } from '../infra/config-error.ts';
import { UserError } from '../local/user-error.ts';
import { accessOf } from './permissions/access.ts';
import { HELP, parsePermissionsCommand, UsageError } from './permissions/command-line.ts';
import { reportText } from './permissions/report.ts';
import { synthesizeStacks } from './permissions/synthesize-stacks.ts';

try {
  const command = parsePermissionsCommand(process.argv.slice(2));
  if (command.verb === 'help') console.log(HELP);
  else {
    const accesses = accessOf(synthesizeStacks(command.context));
    console.log(command.json ? JSON.stringify(accesses, undefined, 2) : reportText(accesses));
  }
} catch (error) {
  console.error(error instanceof UserError || error instanceof ConfigError ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
