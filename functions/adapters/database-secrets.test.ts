import { describe, expect, it, vi } from 'vitest';
import { AwsServiceError } from './aws/aws-service-error.ts';
import { DatabaseSecrets } from './database-secrets.ts';
import type { ReadSecret, SecretVersion } from './secrets-manager.ts';

const VALUE = { engine: 'postgres', host: 'db', port: 5432, dbname: 'orders_shard1', username: 'u', password: 'p1' };

/** A manager that has these versions of one secret. */
const manager = (versions: Partial<Record<SecretVersion, unknown>>) =>
  vi.fn<ReadSecret>(async (_id, version) => {
    if (versions[version] === undefined) throw new AwsServiceError('ResourceNotFoundException', 'no such version');
    return JSON.stringify(versions[version]);
  });

describe('database secrets', () => {
  it('are read once, however many ask', async () => {
    const read = manager({ AWSCURRENT: VALUE });
    const secrets = new DatabaseSecrets(read);
    const [first] = await Promise.all([secrets.get('shard1'), secrets.get('shard1')]);
    expect(first).toMatchObject({ host: 'db', port: 5432, dbname: 'orders_shard1', username: 'u', password: 'p1' });
    expect(read.mock.calls).toEqual([['shard1', 'AWSCURRENT']]);
  });

  it('may carry the port as text', async () => {
    expect((await new DatabaseSecrets(manager({ AWSCURRENT: { ...VALUE, port: '5433' } })).get('shard1')).port).toBe(
      5433,
    );
  });

  it('are replaced by the pending version while they are rotated', async () => {
    const secrets = new DatabaseSecrets(manager({ AWSCURRENT: VALUE, AWSPENDING: { ...VALUE, password: 'p2' } }));
    expect((await secrets.get('shard1')).password).toBe('p1');
    expect(await secrets.renew('shard1', 'AWSPENDING')).toBe(true);
    expect((await secrets.get('shard1')).password).toBe('p2');
    expect(await secrets.renew('shard1', 'AWSCURRENT')).toBe(true);
    expect((await secrets.get('shard1')).password).toBe('p1');
  });

  it('take the password alone from a pending version, which an earlier rotation may have left behind', async () => {
    const left = { host: 'elsewhere', port: 6432, dbname: 'other', username: 'v', password: 'p2' };
    const secrets = new DatabaseSecrets(manager({ AWSCURRENT: VALUE, AWSPENDING: left }));
    expect(await secrets.renew('shard1', 'AWSPENDING')).toBe(true);
    const { engine, ...address } = VALUE;
    expect(await secrets.get('shard1')).toEqual({ ...address, password: 'p2' });
  });

  it('stay as they are when no version is pending', async () => {
    const versions: Partial<Record<SecretVersion, unknown>> = { AWSCURRENT: VALUE };
    const secrets = new DatabaseSecrets(manager(versions));
    await secrets.get('shard1');
    expect(await secrets.renew('shard1', 'AWSPENDING')).toBe(false);
    expect((await secrets.get('shard1')).password).toBe('p1');
    delete versions.AWSCURRENT;
    await expect(secrets.renew('shard1', 'AWSCURRENT')).rejects.toThrow('no such version');
  });

  it('are asked for again after a failure', async () => {
    const read = manager({ AWSCURRENT: VALUE }).mockRejectedValueOnce(new Error('throttled'));
    const secrets = new DatabaseSecrets(read);
    await expect(secrets.get('shard1')).rejects.toThrow('throttled');
    expect((await secrets.get('shard1')).password).toBe('p1');
  });

  it.each([[undefined], ['not JSON'], [JSON.stringify({ ...VALUE, host: undefined })]])(
    'are refused by name, without their value: %#',
    async (text) => {
      await expect(new DatabaseSecrets(async () => text).get('shard1')).rejects.toThrow(
        new Error('The secret shard1 does not hold host, port, dbname, username, password (AWSCURRENT).'),
      );
    },
  );
});
