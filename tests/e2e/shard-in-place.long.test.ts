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
import { newDataDir, removeFolder, runToEnd } from '../support/run.ts';

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

it('a next map that is saved in the context is taken in as well: users move once its migrations were asked for, and it is the present one once that is saved', {
  timeout: 900_000,
}, async () => {
  const [stays, moves] = [newUser('n'), newUser('q')];
  expect([await place(stays), await place(moves)]).toEqual(['201 shard2 (N-S)', '201 shard2 (N-S)']);

  const next = [
    { id: 1, from: 'A', to: 'M' },
    { id: 2, from: 'N', to: 'P' },
    { id: 4, from: 'Q', to: 'S' },
    { id: 3, from: 'T', to: 'Z' },
  ];
  saveContext({ nextShards: next });
  await expect.poll(() => Object.keys(run.addresses.databases).sort(), PATIENCE).toHaveLength(4);
  await run.runLater();
  await expect.poll(() => shards('start'), PATIENCE).toMatch(/^Move 1 has begun/);
  await expect.poll(() => shards('status'), PATIENCE).toMatch(/Nobody is left/);
  expect(await place(moves)).toBe('201 shard4 (Q-S)');
  await expect.poll(() => shards('finish'), PATIENCE).toMatch(/^Move 1 is finished/);
  expect(await shards('start')).toMatch(/^Move 1 is finished, so the users are where the next map has them/);

  saveContext({ shards: next });
  await expect.poll(() => place(stays), PATIENCE).toBe('201 shard2 (N-P)');
  expect(await shards('start')).toMatch(/knows no next map/);
  expect(await shards('check')).toMatch(/each has one owner/);
});

const CONTEXT = 'cdk.json';

function saveContext(maps: Readonly<Record<string, unknown>>): void {
  const { context, ...rest } = JSON.parse(readFileSync(join(project, CONTEXT), 'utf8'));
  const { nextShards, ...kept } = context;
  writeFileSync(join(project, CONTEXT), JSON.stringify({ ...rest, context: { ...kept, ...maps } }));
}

/** What `npm run shards` prints. */
async function shards(verb: string): Promise<string> {
  return (await runToEnd([verb, '--data-dir', dataDir], process.env, 'scripts/shards/main.ts')).output;
}
