import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { ACCOUNT_ID, REGION } from '../../local/aws-identity.ts';
import { cdkEnvironment } from '../../tooling/environment.ts';
import { UserError } from '../../tooling/errors.ts';
import { CREDENTIALS } from '../clients.ts';

/** The stack that `cdklocal bootstrap` makes. */
const BOOTSTRAP_STACK = 'CDKToolkit';

/** Bootstraps LocalStack for the CDK unless that is done. @throws UserError when cdklocal fails; its own output says why */
export async function bootstrap(assembly: string, url: string, client: CloudFormationClient): Promise<void> {
  if (isComplete(await describeStack(client, BOOTSTRAP_STACK))) return;
  await cdklocal('bootstrap', [`aws://${ACCOUNT_ID}/${REGION}`], assembly, url);
}

/** Deploys all stacks of an assembly. @throws UserError when cdklocal fails */
export async function deployStacks(assembly: string, url: string): Promise<void> {
  await cdklocal('deploy', ['--all', '--require-approval', 'never', '--progress', 'events'], assembly, url);
}

/** Deletes all stacks of an assembly. @throws UserError when cdklocal fails */
export async function destroyStacks(assembly: string, url: string): Promise<void> {
  await cdklocal('destroy', ['--all', '--force'], assembly, url);
}

/** What CloudFormation says about a stack; undefined when there is none of this name. */
export async function describeStack(client: CloudFormationClient, StackName: string): Promise<Stack | undefined> {
  try {
    return (await client.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];
  } catch (error) {
    // "Stack with id ... does not exist" has no name of its own.
    if ((error as Error).name === 'ValidationError') return undefined;
    throw error;
  }
}

/** Whether the last creation or update of a stack has succeeded. */
export function isComplete(stack: Stack | undefined): boolean {
  return /^(CREATE|UPDATE)_COMPLETE$/.test(stack?.StackStatus ?? '');
}

async function cdklocal(verb: string, args: readonly string[], assembly: string, url: string): Promise<void> {
  const script = join(dirname(createRequire(import.meta.url).resolve('aws-cdk-local/package.json')), 'bin/cdklocal');
  const child = spawn(process.execPath, [script, verb, '--app', assembly, ...args], {
    cwd: dirname(assembly),
    stdio: ['ignore', 'inherit', 'inherit'],
    env: cdkEnvironment(dirname(assembly), {
      AWS_ENDPOINT_URL: url,
      AWS_ENDPOINT_URL_S3: url,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
    }),
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new UserError(`cdklocal ${verb} failed (exit code ${status}). See above.`);
}
