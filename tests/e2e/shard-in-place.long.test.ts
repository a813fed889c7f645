import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { copyProject } from '../../infra/testing/project-copy.ts';
import { settingsFixture } from '../../local/settings-fixture.ts';
import { type LocalRun, start } from '../../local/start.ts';
import { ownAddresses } from '../../scripts/own-addresses.ts';
import { OWN_APP } from '../../tooling/own-app.ts';
import { cacheDirOf, logFileOf } from '../../tooling/paths.ts';
import { Terminal } from '../../tooling/terminal.ts';
import { call, newUser, orderOf } from '../support/api.ts';
import { queryShard } from '../support/clients.ts';
import { newDataDir, removeFolder } from '../support/run.ts';

const PATIENCE = { timeout: 300_000, interval: 200 };
const MAP = 'functions/domain/shard-map.ts';

const dataDir = newDataDir(inject('seed'));
const project = copyProject('orderflow-shard-');
let run: LocalRun;

beforeAll(async () => {
  // Postgres may run as another user, who has to get in.
  chmodSync(project, 0o755);
  const settings = settingsFixture(dataDir, {
    watch: true,
    cacheDir: cacheDirOf(process.env),
    databasePassword: OWN_APP.databasePassword,
    source: { kind: 'own', ...OWN_APP, folder: project },
  });
  run = await start(settings, new Terminal(new PassThrough().resume()), new AbortController().signal);
}, PATIENCE.timeout);
afterAll(async () => {
  await run?.stop();
  removeFolder(dataDir);
  rmSync(project, { recursive: true, force: true });
});

const place = async (user: string) => {
  const { status, body } = await call(ownAddresses(run.addresses).api, 'POST', '/api/orders', orderOf(user));
  return `${status} ${body.shard_info ?? ''}`;
};

it('a shard that is saved in the map is there in place, and serves once its migrations were asked for', {
  timeout: 600_000,
}, async () => {
  const kept = newUser('a');
  expect(await place(kept)).toBe('201 shard1 (A-M)');

  const source = readFileSync(join(project, MAP), 'utf8');
  const saved = source.replace(
    "{ id: 2, from: 'N', to: 'Z' },",
    "{ id: 2, from: 'N', to: 'S' }, { id: 3, from: 'T', to: 'Z' },",
  );
  expect(saved).not.toBe(source);
  writeFileSync(join(project, MAP), saved);
  await expect.poll(() => Object.keys(run.addresses.databases).sort(), PATIENCE).toHaveLength(3);
  const log = () => readFileSync(logFileOf(dataDir), 'utf8');
  await expect.poll(log, PATIENCE).toMatch(/added .*db instance .*shard3/);
  expect(log()).toMatch(/Shards\/Migrate .*waits: it may be a migration/);
  expect(await place(newUser('z'))).toMatch(/^50\d /);

  await run.runLater();
  await expect.poll(() => place(newUser('z')), PATIENCE).toBe('201 shard3 (T-Z)');
  expect(await place(newUser('n'))).toBe('201 shard2 (N-S)');
  const databases = ownAddresses(run.addresses);
  expect(await queryShard(databases, 'orders_shard1', 'select user_id from orders')).toEqual([{ user_id: kept }]);
  expect(await queryShard(databases, 'orders_shard3', 'select count(*)::int from orders')).not.toEqual([{ count: 0 }]);
});
