import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SecretStore } from './secret-store.ts';
import { keptVersions, versionOf } from './secret-versions.ts';

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
    before.declare({ name: 'app/dev/db', generate: () => 'one' });
    before.putValue('app/dev/db', { value: { SecretString: 'two' } });
    expect(new SecretStore(dir).get('app/dev/db')).toEqual(before.get('app/dev/db'));
  });

  it('does not generate a value again for a secret that exists', () => {
    new SecretStore(dir).declare({ name: 'db', generate: () => 'one' });
    const store = new SecretStore(dir);
    store.declare({ name: 'db', generate: () => 'two' });
    expect(current(store, 'db')).toBe('one');
  });

  it('takes another text or description when the template says another one, and no text that was put since otherwise', () => {
    const declare = (text: string, description = 'a key') => {
      const store = new SecretStore(dir);
      const { arn } = store.declare({ name: 'key', text, description, generate: () => 'none' });
      return { arn, value: current(store, 'key'), description: store.get('key').description, store };
    };
    const first = declare('one');
    first.store.putValue('key', { value: { SecretString: 'rotated' } });
    expect(declare('one')).toMatchObject({ arn: first.arn, value: 'rotated' });
    expect(declare('one', 'another key')).toMatchObject({ value: 'rotated', description: 'another key' });
    const changed = declare('two');
    expect(changed).toMatchObject({ arn: first.arn, value: 'two', description: 'a key' });
    expect(versionOf(changed.store.get('key'), { stage: 'AWSPREVIOUS' }).value.SecretString).toBe('rotated');
    expect(declare('two').store.get('key')).toEqual(changed.store.get('key'));
  });

  it('writes files that only their owner can read, and leaves no half-written ones', () => {
    const store = new SecretStore(dir);
    store.declare({ name: 'app/dev/db', generate: () => 'one' });
    store.putValue('app/dev/db', { value: { SecretString: 'two' } });
    expect(readdirSync(dir)).toEqual(['app%2Fdev%2Fdb.json']);
    expect(statSync(join(dir, 'app%2Fdev%2Fdb.json')).mode & 0o777).toBe(0o600);
  });

  it('merges fields as a new version, and makes none when nothing changes', () => {
    const store = new SecretStore(dir);
    store.declare({ name: 'db', generate: () => '{"username":"u"}' });
    const merged = store.mergeFields('db', { port: 5432 });
    expect(JSON.parse(current(store, 'db') ?? '')).toEqual({ username: 'u', port: 5432 });
    expect(store.mergeFields('db', { port: 5432 })).toBe(merged);
  });

  it('forgets deprecated versions beyond 100, and none of the last day', () => {
    const version = (id: number, createdAt: number, stages: string[] = []) => ({
      id: String(id),
      createdAt,
      stages,
      value: { SecretString: String(id) },
    });
    const dayAgo = 100_000 - 86_400;
    const old = Array.from({ length: 103 }, (_, id) => version(id, id));
    const young = [version(200, dayAgo), version(201, 99_999), version(202, 0, ['AWSCURRENT'])];
    const ids = keptVersions([...old, ...young], 100_000).map(({ id }) => Number(id));
    // Of 105 deprecated ones the 5 oldest go.
    expect(ids).toEqual([...Array.from({ length: 98 }, (_, index) => index + 5), 200, 201, 202]);
    const ofToday = Array.from({ length: 150 }, (_, id) => version(id, 99_000));
    expect(keptVersions(ofToday, 100_000)).toHaveLength(150);
  });

  it('deletes a secret for good once it cannot be restored any more', () => {
    const store = new SecretStore(dir);
    store.declare({ name: 'kept', generate: () => '1' });
    store.declare({ name: 'over', generate: () => '2' });
    store.markForDeletion('kept', 7);
    store.markForDeletion('over', -1);
    expect(new SecretStore(dir).list().map(({ name }) => name)).toEqual(['kept']);
    expect(readdirSync(dir)).toEqual(['kept.json']);
  });
});
