import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import type { Addresses } from '../../local/addresses.ts';
import { cdkEnvironment } from '../../tooling/environment.ts';
import { REPOSITORY } from '../../tooling/paths.ts';
import { operatorSecrets } from './clients.ts';

/** The folder of an app that other people wrote for AWS. */
export function otherApp(name: string): string {
  return join(REPOSITORY, 'tests/apps', name);
}

/**
 * Synthesizes such an app as its authors do.
 *
 * @param work a folder for the assembly and for what the CDK keeps
 * @returns the folder of the assembly
 */
export async function synthesizeOtherApp(name: string, work: string): Promise<string> {
  const [assembly, home] = [join(work, 'cdk.out'), join(work, 'home')];
  mkdirSync(home, { recursive: true });
  const cdk = join(REPOSITORY, 'node_modules/aws-cdk/bin/cdk');
  const options = { cwd: otherApp(name), env: cdkEnvironment(home), maxBuffer: 2 ** 26 };
  await promisify(execFile)(process.execPath, [cdk, 'synth', '--quiet', '--output', assembly], options);
  return assembly;
}

/** The name of the only secret whose name begins so. */
export async function secretNamed(addresses: Pick<Addresses, 'aws'>, beginning: string): Promise<string> {
  const Filters = [{ Key: 'name' as const, Values: [beginning] }];
  const { SecretList = [] } = await operatorSecrets(addresses).send(new ListSecretsCommand({ Filters }));
  const [secret, ...others] = SecretList;
  if (secret?.Name === undefined || others.length > 0)
    throw new Error(`${SecretList.length} secrets are named ${beginning}`);
  return secret.Name;
}
