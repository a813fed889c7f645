import { describe, expect, it } from 'vitest';
import { stackOf } from '../../assembly/deploy-fixture.ts';
import { created } from '../provider.ts';
import { servicesFixture, temporaryFolder } from '../services-fixture.ts';

const generated = (username: string) => ({
  Type: 'AWS::SecretsManager::Secret',
  Properties: {
    Name: username,
    GenerateSecretString: {
      SecretStringTemplate: JSON.stringify({ username }),
      GenerateStringKey: 'password',
      PasswordLength: 20,
      ExcludePunctuation: true,
    },
  },
});
const attachment = (secret: string) => ({
  Type: 'AWS::SecretsManager::SecretTargetAttachment',
  Properties: { SecretId: { Ref: secret }, TargetId: { Ref: 'Database' }, TargetType: 'AWS::RDS::DBInstance' },
});
const stack = stackOf('app', {
  Resources: {
    Master: generated('master'),
    Clerk: generated('clerk'),
    SigningKey: generated('signing-key'),
    Database: {
      Type: 'AWS::RDS::DBInstance',
      Properties: {
        MasterUserPassword: { 'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: 'Master' }, ':SecretString:x}}']] },
      },
    },
    MasterAttachment: attachment('Master'),
    ClerkAttachment: attachment('Clerk'),
  },
});
async function passwordsOfRun(dataDir: string, databasePassword: string | undefined) {
  const { secretsManager, rds, deploy } = servicesFixture({ dataDir, databasePassword });
  const identify = () => {
    rds.databases.set('db', {
      identifier: 'db',
      label: 'things',
      name: 'things',
      port: 1234,
      master: { username: 'master', password: 'x' },
      users: new Map(),
    });
    return created('db');
  };
  await deploy([stack], { 'AWS::RDS::DBInstance': { kind: 'ignored', reason: 'a stand-in', identify } });
  await secretsManager.start();
  const password = async (id: string) => JSON.parse(await secretsManager.readSecret(id, 'AWSCURRENT')).password;
  const [master, clerk, key] = await Promise.all(['master', 'clerk', 'signing-key'].map(password));
  return { master, clerk, key, secretsManager };
}

describe('a generated secret', () => {
  it('has a random password by the rules of the template, and keeps it between runs', async () => {
    const dataDir = temporaryFolder();
    const first = await passwordsOfRun(dataDir, 'published');
    expect(first.master).toMatch(/^[A-Za-z0-9]{20}$/);
    expect(first.key).toMatch(/^[A-Za-z0-9]{20}$/);
    const second = await passwordsOfRun(dataDir, 'published');
    expect(second).toMatchObject({ master: first.master, key: first.key });
  });

  it('keeps its password through a run whose templates lack it', async () => {
    const dataDir = temporaryFolder();
    const { master } = await passwordsOfRun(dataDir, 'published');
    const without = servicesFixture({ dataDir });
    await without.deploy([stackOf('app', { Resources: { Other: generated('other') } })]);
    await without.secretsManager.start();
    expect(await passwordsOfRun(dataDir, 'published')).toMatchObject({ master });
  });

  it("has the published password when it is the login of a database's user", async () => {
    expect(await passwordsOfRun(temporaryFolder(), 'published')).toMatchObject({ clerk: 'published' });
  });

  it('has a random one even then when no password is published', async () => {
    expect((await passwordsOfRun(temporaryFolder(), undefined)).clerk).toMatch(/^[A-Za-z0-9]{20}$/);
  });

  it('keeps a rotated password as long as the setting stays the same', async () => {
    const dataDir = temporaryFolder();
    const { secretsManager } = await passwordsOfRun(dataDir, 'published');
    secretsManager.store.mergeFields('clerk', { password: 'rotated' });
    expect(await passwordsOfRun(dataDir, 'published')).toMatchObject({ clerk: 'rotated' });
    expect(await passwordsOfRun(dataDir, 'changed')).toMatchObject({ clerk: 'changed' });
  });
});

it.each([
  ['the key of AWS', 'alias/aws/secretsmanager', true],
  ["a key of the app's own, whose policy would decide on reading it", 'alias/own', false],
])('a secret with %s is created: %s, %s', async (_, KmsKeyId, isCreated) => {
  const Secret = { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'signing-key', KmsKeyId } };
  const created = servicesFixture().deploy([stackOf('app', { Resources: { Secret } })]);
  if (isCreated) await created;
  else await expect(created).rejects.toThrow('only the key of AWS is supported by the local runner');
});
