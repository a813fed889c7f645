import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { operatorConfig } from '../../../local/aws-identity.ts';
import type { OwnAddresses } from '../../own-addresses.ts';

/** The URLs of all shards with the login of their masters, who may do what the application's user may not. */
export async function masterUrls({ aws, databases }: Pick<OwnAddresses, 'aws' | 'databases'>): Promise<string[]> {
  const client = new SecretsManagerClient(operatorConfig(aws));
  const urls = Object.values(databases).map(async (address, index) => {
    const SecretId = `orderflow/dev/shard${index + 1}/master`;
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
    const { username, password } = JSON.parse(SecretString) as { username: string; password: string };
    return Object.assign(new URL(address), { username, password: encodeURIComponent(password) }).href;
  });
  return Promise.all(urls);
}
