import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { LeftOutDatabase } from '../assembly/left-out.ts';
import type { Passwords } from '../settings.ts';

/**
 * Puts the passwords of the shards into their secrets, in the place of the random ones that these came with: elsewhere the
 * databases get their passwords from the secrets, here they are there before.
 */
export async function putPasswords(
  client: SecretsManagerClient,
  databases: readonly LeftOutDatabase[],
  passwords: Passwords,
): Promise<void> {
  const secrets = databases.flatMap(({ secrets, masterUsername }) => secrets.map((id) => ({ id, masterUsername })));
  await Promise.all(
    secrets.map(async ({ id, masterUsername }) => {
      const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: id }));
      const secret = JSON.parse(SecretString) as { username: string; password: string };
      const password = secret.username === masterUsername ? passwords.master : passwords.application;
      if (secret.password === password) return;
      const changed = JSON.stringify({ ...secret, password });
      await client.send(new PutSecretValueCommand({ SecretId: id, SecretString: changed }));
    }),
  );
}
