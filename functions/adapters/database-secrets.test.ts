import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseSecrets } from './database-secrets.ts';

const manager = mockClient(SecretsManagerClient);
afterAll(() => manager.restore());
const VALUE = { engine: 'postgres', host: 'db', port: 5432, dbname: 'orders_shard1', username: 'u', password: 'p1' };
const secretValue = (value: unknown) => ({ SecretString: JSON.stringify(value) });

beforeEach(() => manager.reset());

describe('database secrets', () => {
  it('are read once, however many ask', async () => {
    manager.on(GetSecretValueCommand, { SecretId: 'shard1' }).resolves(secretValue(VALUE));
    const secrets = new DatabaseSecrets();
    const [first] = await Promise.all([secrets.get('shard1'), secrets.get('shard1')]);
    expect(first).toMatchObject({ host: 'db', port: 5432, dbname: 'orders_shard1', username: 'u', password: 'p1' });
    expect(manager.calls()).toHaveLength(1);
  });

  it('may carry the port as text', async () => {
    manager.on(GetSecretValueCommand).resolves(secretValue({ ...VALUE, port: '5433' }));
    expect((await new DatabaseSecrets().get('shard1')).port).toBe(5433);
  });

  it('are replaced by the pending version while they are rotated', async () => {
    const version = (VersionStage: string) => ({ SecretId: 'shard1', VersionStage });
    manager.on(GetSecretValueCommand, version('AWSCURRENT')).resolves(secretValue(VALUE));
    manager.on(GetSecretValueCommand, version('AWSPENDING')).resolves(secretValue({ ...VALUE, password: 'p2' }));
    const secrets = new DatabaseSecrets();
    expect((await secrets.get('shard1')).password).toBe('p1');
    expect(await secrets.renew('shard1', 'AWSPENDING')).toBe(true);
    expect((await secrets.get('shard1')).password).toBe('p2');
    expect(await secrets.renew('shard1', 'AWSCURRENT')).toBe(true);
    expect((await secrets.get('shard1')).password).toBe('p1');
  });

  it('take the password alone from a pending version, which an earlier rotation may have left behind', async () => {
    const version = (VersionStage: string) => ({ SecretId: 'shard1', VersionStage });
    manager.on(GetSecretValueCommand, version('AWSCURRENT')).resolves(secretValue(VALUE));
    const left = { host: 'elsewhere', port: 6432, dbname: 'other', username: 'v', password: 'p2' };
    manager.on(GetSecretValueCommand, version('AWSPENDING')).resolves(secretValue(left));
    const secrets = new DatabaseSecrets();
    expect(await secrets.renew('shard1', 'AWSPENDING')).toBe(true);
    const { engine, ...address } = VALUE;
    expect(await secrets.get('shard1')).toEqual({ ...address, password: 'p2' });
  });

  it('stay as they are when no version is pending', async () => {
    const missing = new ResourceNotFoundException({ message: 'no such version', $metadata: {} });
    manager.on(GetSecretValueCommand).resolvesOnce(secretValue(VALUE)).rejects(missing);
    const secrets = new DatabaseSecrets();
    await secrets.get('shard1');
    expect(await secrets.renew('shard1', 'AWSPENDING')).toBe(false);
    expect((await secrets.get('shard1')).password).toBe('p1');
    await expect(secrets.renew('shard1', 'AWSCURRENT')).rejects.toThrow('no such version');
  });

  it('are asked for again after a failure', async () => {
    manager.on(GetSecretValueCommand).rejectsOnce(new Error('throttled')).resolves(secretValue(VALUE));
    const secrets = new DatabaseSecrets();
    await expect(secrets.get('shard1')).rejects.toThrow('throttled');
    expect((await secrets.get('shard1')).password).toBe('p1');
  });

  it.each([['not JSON'], [JSON.stringify({ ...VALUE, host: undefined })]])(
    'are refused by name, without their value: %#',
    async (SecretString) => {
      manager.on(GetSecretValueCommand).resolves({ SecretString });
      await expect(new DatabaseSecrets().get('shard1')).rejects.toThrow(
        new Error('The secret shard1 does not hold host, port, dbname, username, password (AWSCURRENT).'),
      );
    },
  );
});
