import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateDeploymentCommand,
  CreateRestApiCommand,
  CreateStageCommand,
  GetResourcesCommand,
  GetStageCommand,
  PutIntegrationCommand,
  PutMethodCommand,
} from '@aws-sdk/client-api-gateway';
import { CreateStackCommand, waitUntilStackCreateComplete } from '@aws-sdk/client-cloudformation';
import { CreateSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../tooling/errors.ts';
import { silentLog } from '../../tooling/log-fixture.ts';
import { cacheDirOf } from '../../tooling/paths.ts';
import type { ExternalResource, LocalStackApp } from '../assembly/app.ts';
import { clientsOf, type LocalStackClients } from '../clients.ts';
import { createFunction, temporaryFolder } from '../emulator/emulator-fixture.ts';
import { findPythonForLocalStack, installLocalStack } from '../emulator/install.ts';
import { type Emulator, startLocalStack } from '../emulator/start.ts';
import { describeStack, isComplete } from './stacks.ts';
import { assertNothingFaked, invokeTriggers, putPasswords, showLatestDeployment } from './steps.ts';

/** The first time, LocalStack is installed. */
const INSTALL_TIMEOUT_MS = 600_000;
const PASSWORDS = { master: 'of the master', application: 'of the application' };

const python = await findPythonForLocalStack();

describe.skipIf(!python)('a deployment, beside cdklocal (needs Python 3.12 or 3.13)', () => {
  let emulator: Emulator;
  let clients: LocalStackClients;

  beforeAll(async () => {
    const installed = await installLocalStack({ cacheDir: cacheDirOf(process.env), log: silentLog });
    const dir = await temporaryFolder();
    emulator = await startLocalStack({
      python: installed.python,
      dir: join(dir, 'emulator'),
      runDir: join(dir, 'run'),
      port: 0,
      log: silentLog,
    });
    clients = clientsOf(emulator.url);
  }, INSTALL_TIMEOUT_MS);
  afterAll(() => emulator?.stop());

  async function createStack(StackName: string, Resources: Record<string, unknown>): Promise<void> {
    const client = clients.cloudFormation;
    await client.send(new CreateStackCommand({ StackName, TemplateBody: JSON.stringify({ Resources }) }));
    await waitUntilStackCreateComplete({ client, maxWaitTime: 30, minDelay: 0.1, maxDelay: 0.5 }, { StackName });
  }

  it('finds out whether there is a stack, and whether it is complete', async () => {
    await createStack('complete', { Bucket: { Type: 'AWS::S3::Bucket' } });
    expect(isComplete(await describeStack(clients.cloudFormation, 'complete'))).toBe(true);
    const missing = await describeStack(clients.cloudFormation, 'missing');
    expect(missing).toBeUndefined();
    expect(isComplete(missing)).toBe(false);
  });

  it('names each resource that LocalStack only pretends to have', async () => {
    await createStack('honest', { Bucket: { Type: 'AWS::S3::Bucket' } });
    await createStack('faked', {
      Database: { Type: 'AWS::RDS::DBInstance', Properties: { DBInstanceClass: 'db.t4g.micro' } },
    });
    await expect(assertNothingFaked(clients.cloudFormation, ['honest'])).resolves.toBeUndefined();
    const refusal = assertNothingFaked(clients.cloudFormation, ['honest', 'faked']);
    await expect(refusal).rejects.toThrow(UserError);
    await expect(refusal).rejects.toThrow(
      /does not implement: faked\/Database \(AWS::RDS::DBInstance\)\. .*externalize\(\)/,
    );
  });

  it('puts the passwords of both users into the secrets, and leaves alone what else they hold', async () => {
    const secrets = ['shard/master', 'shard/application'];
    for (const [index, username] of ['postgres', 'orderuser'].entries()) {
      const SecretString = JSON.stringify({ username, password: 'random', host: 'shard1', port: 5432 });
      await clients.secretsManager.send(new CreateSecretCommand({ Name: secrets[index], SecretString }));
    }
    const database = { identifier: 'shard1', name: 'orders', engineVersion: '18', host: 'shard1', port: 5432 };
    await putPasswords(clients.secretsManager, [{ ...database, masterUsername: 'postgres', secrets }], PASSWORDS);
    const values = secrets.map(async (SecretId) => {
      const { SecretString = '' } = await clients.secretsManager.send(new GetSecretValueCommand({ SecretId }));
      return JSON.parse(SecretString);
    });
    expect(await Promise.all(values)).toEqual([
      { username: 'postgres', password: PASSWORDS.master, host: 'shard1', port: 5432 },
      { username: 'orderuser', password: PASSWORDS.application, host: 'shard1', port: 5432 },
    ]);
  });

  it('points the stage of an API to its latest deployment', async () => {
    const { apiGateway } = clients;
    const { id: restApiId } = await apiGateway.send(new CreateRestApiCommand({ name: 'orders' }));
    const { items = [] } = await apiGateway.send(new GetResourcesCommand({ restApiId }));
    const method = { restApiId, resourceId: items[0]?.id, httpMethod: 'GET' };
    await apiGateway.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
    await apiGateway.send(new PutIntegrationCommand({ ...method, type: 'MOCK' }));
    const first = await apiGateway.send(new CreateDeploymentCommand({ restApiId }));
    await apiGateway.send(new CreateStageCommand({ restApiId, stageName: 'dev', deploymentId: first.id }));
    // LocalStack tells their times by whole seconds.
    await delay(1_100);
    const second = await apiGateway.send(new CreateDeploymentCommand({ restApiId }));

    await showLatestDeployment(apiGateway, restApiId ?? '');
    const stage = await apiGateway.send(new GetStageCommand({ restApiId, stageName: 'dev' }));
    expect(stage.deploymentId).toBe(second.id);
  });

  describe('that invokes what a custom resource invokes elsewhere', () => {
    const appWithTrigger = (HandlerArn: string): Pick<LocalStackApp, 'external'> => {
      const stack = { name: 'shards' } as ExternalResource['stack'];
      const trigger = { stack, logicalId: 'Trigger', type: 'Custom::Trigger', properties: { HandlerArn }, standIn: {} };
      return { external: (type) => [trigger].filter((each) => each.type === type) };
    };

    it('is done when the function is', async () => {
      const { name } = await createFunction(clients.lambda, 'export const handler = async () => {};');
      await expect(invokeTriggers(clients.lambda, appWithTrigger(name))).resolves.toBeUndefined();
    });

    it('fails with what the function says', async () => {
      const code = "export const handler = async () => { throw new Error('shard1 is too old'); };";
      const { name } = await createFunction(clients.lambda, code);
      const failure = invokeTriggers(clients.lambda, appWithTrigger(name));
      await expect(failure).rejects.toThrow(UserError);
      await expect(failure).rejects.toThrow(`${name} failed: shard1 is too old\n`);
    });
  });
});
