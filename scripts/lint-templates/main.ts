import { cacheDirOption, newCommand, nonEmpty, runCommand } from '../../tooling/command-line.ts';
import { UserError } from '../../tooling/errors.ts';
import { DEFAULT_REGION, findPythonForCfnLint, lintTemplates } from './lint-templates.ts';

const command = newCommand(
  'npm run lint-templates --',
  'Checks every CloudFormation template of both stages with cfn-lint. Needs Python 3.10 to 3.14; installs cfn-lint itself, once.',
  'findings or failure',
)
  .addOption(cacheDirOption())
  .option(
    '--region <region>',
    'the AWS Region whose resource types and instance classes count',
    nonEmpty,
    DEFAULT_REGION,
  )
  .action(lint);

await runCommand(command);

async function lint({ cacheDir, region }: { cacheDir: string; region: string }): Promise<void> {
  const python = await findPythonForCfnLint();
  if (!python) {
    throw new UserError(
      'cfn-lint needs Python 3.10 to 3.14 with venv. Install it as python3 on the PATH, or name one in ORDERFLOW_PYTHON.',
    );
  }
  const { templates, findings } = await lintTemplates(python, cacheDir, region);
  for (const finding of findings) console.log(finding);
  console.log(`${templates} templates, ${findings.length} findings`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
