import { describe, expect, it } from 'vitest';
import { deploy } from '../../assembly/deploy.ts';
import { stackOf } from '../../assembly/deploy-fixture.ts';
import type { ProviderRegistry } from '../../assembly/resource-provider.ts';
import type { RunnerContext } from '../context.ts';
import { contextFixture, temporaryFolder } from '../context-fixture.ts';
import { registry } from '../index.ts';
import { created } from '../provider.ts';

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
const withoutServer: ProviderRegistry<RunnerContext> = {
  providerOf: (declaration) =>
    declaration.Type === 'AWS::RDS::DBInstance'
      ? { kind: 'ignored', reason: 'a stand-in', identify: standIn }
      : registry.providerOf(declaration),
};
function standIn({ context }: { context: RunnerContext }) {
  context.databases.set('db', { identifier: 'db', name: 'things', port: 1234, masterUsername: 'master', users: [] });
  return created('db');
}

async function passwordsOfRun(dataDir: string, databasePassword: string) {
  const { context } = contextFixture({ dataDir, databasePassword });
  await deploy([stack], withoutServer, context);
  context.publishedPassword.remember();
  const password = async (id: string) => JSON.parse(await context.readSecret(id, 'AWSCURRENT')).password;
  const [master, clerk, key] = await Promise.all(['master', 'clerk', 'signing-key'].map(password));
  return { master, clerk, key, context };
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

  it("has the published password when it is the login of a database's user", async () => {
    expect(await passwordsOfRun(temporaryFolder(), 'published')).toMatchObject({ clerk: 'published' });
  });

  it('keeps a rotated password as long as the setting stays the same', async () => {
    const dataDir = temporaryFolder();
    const { context } = await passwordsOfRun(dataDir, 'published');
    context.secrets.mergeFields('clerk', { password: 'rotated' });
    expect(await passwordsOfRun(dataDir, 'published')).toMatchObject({ clerk: 'rotated' });
    expect(await passwordsOfRun(dataDir, 'changed')).toMatchObject({ clerk: 'changed' });
  });
});
