import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { ACCOUNT_ID, REGION } from '../../local/aws-identity.ts';
import { UserError } from '../../local/user-error.ts';
import { CREDENTIALS, type LocalStackClients } from './clients.ts';

/** The stack that `cdklocal bootstrap` makes. */
const BOOTSTRAP_STACK = 'CDKToolkit';

/**
 * Prepares LocalStack for the CDK, once in LocalStack's life.
 *
 * @throws UserError when cdklocal fails; its own output says why
 */
export async function bootstrap(url: string, { cloudFormation }: LocalStackClients): Promise<void> {
  if (await exists(cloudFormation, BOOTSTRAP_STACK)) return;
  // Beside a cdk.json, it would synthesize the app again, without bundling, over the one to be deployed.
  const elsewhere = await mkdtemp(join(tmpdir(), 'cdklocal-'));
  try {
    await cdklocal(['bootstrap', `aws://${ACCOUNT_ID}/${REGION}`], { url, cwd: elsewhere });
  } finally {
    await rm(elsewhere, { recursive: true, force: true });
  }
}

/** Whether there is such a stack. */
export async function exists(client: CloudFormationClient, StackName: string): Promise<boolean> {
  try {
    await client.send(new DescribeStacksCommand({ StackName }));
    return true;
  } catch (error) {
    // "Stack with id ... does not exist" has no name of its own.
    if ((error as Error).name === 'ValidationError') return false;
    throw error;
  }
}

/** Deploys all stacks of an assembly. @throws UserError when cdklocal fails */
export async function deployStacks(assembly: string, url: string): Promise<void> {
  const args = ['deploy', '--all', '--app', assembly, '--require-approval', 'never', '--progress', 'events'];
  await cdklocal(args, { url, cwd: dirname(assembly) });
}

/** Deletes all stacks of an assembly. @throws UserError when cdklocal fails */
export async function destroyStacks(assembly: string, url: string): Promise<void> {
  await cdklocal(['destroy', '--all', '--app', assembly, '--force'], { url, cwd: dirname(assembly) });
}

/** Runs cdklocal, whose output goes where this process's goes. */
async function cdklocal(args: readonly string[], { url, cwd }: { url: string; cwd: string }): Promise<void> {
  const script = join(dirname(createRequire(import.meta.url).resolve('aws-cdk-local/package.json')), 'bin/cdklocal');
  const foreign = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
  const child = spawn(process.execPath, [script, ...args], {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      // A profile of the developer's would lead elsewhere.
      ...Object.fromEntries(foreign.map((name) => [name, undefined])),
      AWS_ENDPOINT_URL: url,
      AWS_ENDPOINT_URL_S3: url,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      CDK_DISABLE_CLI_TELEMETRY: 'true',
    },
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new UserError(`cdklocal ${args[0]} failed (exit code ${status}); see above.`);
}
