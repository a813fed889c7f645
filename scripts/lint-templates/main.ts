import { runCommand } from '../../tooling/command-line.ts';
import { UserError } from '../../tooling/errors.ts';
import { findPythonForCfnLint } from './cfn-lint.ts';
import { HELP, type LintCommand, parseLintCommand } from './command.ts';
import { lintTemplates } from './lint-templates.ts';

await runCommand({ helpCommand: 'npm run lint-templates -- --help', help: HELP, parse: parseLintCommand, run: lint });

async function lint({ cacheDir }: LintCommand): Promise<boolean> {
  const python = await findPythonForCfnLint();
  if (!python)
    throw new UserError(
      'cfn-lint needs Python 3.10 to 3.14 with venv. Install it as python3 on the PATH, or name one in ORDERFLOW_PYTHON.',
    );
  const { templates, findings } = await lintTemplates(python, cacheDir);
  for (const finding of findings) console.log(finding);
  console.log(`${templates} templates, ${findings.length} findings`);
  return findings.length === 0;
}
