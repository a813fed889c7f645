import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SecretStore } from './secret-store.ts';
import { versionOf } from './secret-versions.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'secrets-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const current = (store: SecretStore, name: string) =>
  versionOf(store.get(name), { stage: 'AWSCURRENT' }).value.SecretString;

describe('the secret store', () => {
  it('keeps secrets, their versions and their ARNs between runs', () => {
    const before = new SecretStore(dir);
    before.createIfMissing({ name: 'app/dev/db', generate: () => 'one' });
    before.putValue('app/dev/db', { value: { SecretString: 'two' } });
    expect(new SecretStore(dir).get('app/dev/db')).toEqual(before.get('app/dev/db'));
  });

  it('does not generate a value again for a secret that exists', () => {
    new SecretStore(dir).createIfMissing({ name: 'db', generate: () => 'one' });
    const store = new SecretStore(dir);
    store.createIfMissing({ name: 'db', generate: () => 'two' });
    expect(current(store, 'db')).toBe('one');
  });

  it('writes files that only their owner can read, and leaves no half-written ones', () => {
    const store = new SecretStore(dir);
    store.createIfMissing({ name: 'app/dev/db', generate: () => 'one' });
    store.putValue('app/dev/db', { value: { SecretString: 'two' } });
    expect(readdirSync(dir)).toEqual(['app%2Fdev%2Fdb.json']);
    expect(statSync(join(dir, 'app%2Fdev%2Fdb.json')).mode & 0o777).toBe(0o600);
  });

  it('merges fields as a new version, and makes none when nothing changes', () => {
    const store = new SecretStore(dir);
    store.createIfMissing({ name: 'db', generate: () => '{"username":"u"}' });
    const merged = store.mergeFields('db', { port: 5432 });
    expect(JSON.parse(current(store, 'db') ?? '')).toEqual({ username: 'u', port: 5432 });
    expect(store.mergeFields('db', { port: 5432 })).toBe(merged);
  });

  it('forgets versions that no label points to any more', () => {
    const store = new SecretStore(dir);
    store.createIfMissing({ name: 'db', generate: () => '0' });
    for (let value = 1; value < 5; value++) store.putValue('db', { value: { SecretString: String(value) } });
    expect(store.get('db').versions.map(({ value, stages }) => [value.SecretString, stages])).toEqual([
      ['3', ['AWSPREVIOUS']],
      ['4', ['AWSCURRENT']],
    ]);
  });
});
