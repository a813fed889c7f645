import { parseArgs } from 'node:util';
import { ConfigError } from '../infra/config-error.ts';
import { parseCommand } from '../local/settings.ts';
import { UserError } from '../local/user-error.ts';
import { findPython } from './lint-templates/cfn-lint.ts';
import { lintTemplates } from './lint-templates/lint-templates.ts';

const HELP = `Usage: npm run lint-templates

Checks every CloudFormation template of both stages with cfn-lint. Needs Python 3.10 to 3.14; cfn-lint itself is installed into
the folder of downloads (ORDERFLOW_CACHE_DIR, by default the user cache) when it is not there yet.

  -h, --help   shows this text

The exit code is 0 when cfn-lint has nothing to say.
`;

try {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) console.log(HELP);
  else await lint();
} catch (error) {
  console.error(error instanceof UserError || error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}

async function lint(): Promise<void> {
  const python = await findPython();
  if (!python) throw new UserError('cfn-lint needs Python 3.10 to 3.14 with venv. Install it as python3 on the PATH.');
  const command = parseCommand([], process.env);
  if (command.verb === 'help') throw new Error('Nobody asked for the help of the local run.');
  const { templates, findings } = await lintTemplates(python, command.settings.cacheDir);
  for (const finding of findings) console.log(finding);
  console.log(`${templates} templates, ${findings.length} findings`);
  if (findings.length > 0) process.exitCode = 1;
}
