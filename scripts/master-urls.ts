import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { operatorConfig } from '../local/aws-identity.ts';
import type { OwnAddresses } from './own-addresses.ts';

/** The URLs of all databases of a local run, by name, with the login of their masters, who may do what the application's user may not. */
export async function masterUrls({
  aws,
  databases,
}: Pick<OwnAddresses, 'aws' | 'databases'>): Promise<Record<string, string>> {
  const client = new SecretsManagerClient(operatorConfig(aws));
  const urls = Object.entries(databases).map(async ([database, address]) => {
    const SecretId = `orderflow/dev/${database.replace('orders_', '')}/master`;
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
    const { username, password } = JSON.parse(SecretString) as { username: string; password: string };
    const url = Object.assign(new URL(address), { username, password: encodeURIComponent(password) });
    return [database, url.href] as const;
  });
  return Object.fromEntries(await Promise.all(urls));
}
