import { Option } from '@commander-js/extra-typings';
import { contextOption, newCommand, nonEmpty } from '../../tooling/command-line.ts';

export interface PreflightCommand {
  /** As `cdk deploy` would get it, the stage included. */
  readonly context: Readonly<Record<string, string>>;
  /** The Region of the deployment; the one that the AWS settings name when undefined. */
  readonly region: string | undefined;
}

/** The command line of `npm run preflight`. @param look does what is asked */
export function preflightCommand(look: (asked: PreflightCommand) => Promise<void>) {
  return newCommand(
    'npm run preflight --',
    'Checks whether an AWS account can take a deployment: quotas, versions and sizes that are on offer, zones, what an earlier ' +
      'deployment left behind. It reads the CDK templates of the stage and changes nothing in the account.',
    'something is lacking, or failure',
  )
    .addOption(
      new Option('--stage <stage>', 'the stage to be deployed; the same as -c stage=<stage>')
        .choices(['dev', 'prod'] as const)
        .makeOptionMandatory(),
    )
    .addOption(contextOption())
    .option(
      '--region <region>',
      'the AWS Region of the deployment; by default that of AWS_REGION or the AWS profile',
      nonEmpty,
    )
    .addHelpText(
      'after',
      `
Credentials are those of the AWS CLI: AWS_PROFILE, or AWS_ACCESS_KEY_ID and so on. The AWS policy ReadOnlyAccess is enough.
What could not be checked is reported and does not fail the command.
Pass the same -c options as to \`npm run deploy\`. docs/first-deployment.md lists what only a deployment tells.`,
    )
    .action(async ({ stage, context, region }, command) => {
      if (context.stage !== undefined && context.stage !== stage) {
        command.error('error: --stage and -c stage= name different stages.');
      }
      if (context.target === 'localstack') {
        command.error('error: an AWS account is asked; remove -c target=localstack.');
      }
      await look({ context: { ...context, stage }, region });
    });
}
