import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { assembliesOf, logFileOf } from '../../tooling/paths.ts';
import { call, newUser, orderOf } from '../support/api.ts';
import { listKeys } from '../support/clients.ts';
import {
  ANY_FREE_PORT,
  launch,
  newDataDir,
  processesOf,
  type Run,
  removeFolder,
  runToEnd,
  startRun,
} from '../support/run.ts';

const seed = inject('seed');
const dataDir = newDataDir(seed);
const user = newUser('l');
let run: Run;

afterAll(async () => {
  await run?.end('SIGINT');
  removeFolder(dataDir);
});

async function idsOf(userId: string): Promise<string[]> {
  const { body } = await call(run.addresses.api, 'GET', `/api/orders?user_id=${userId}`);
  return body.orders.map((order: { id: string }) => order.id);
}

describe('a local run beside another one', () => {
  it('prints an address for each part', async () => {
    run = await startRun(dataDir);
    for (const part of ['API', 'site', 'shard1', 'shard2', 'AWS endpoint', 'Kafka']) {
      await expect.poll(run.output).toMatch(new RegExp(`^.*${part}.*localhost:\\d+`, 'm'));
    }
  });

  it('keeps everything for its owner alone', () => {
    const entries = readdirSync(dataDir, { recursive: true, withFileTypes: true });
    // The assemblies are copies that the test has made; the SDK of the runtime is a link to this project's.
    const others = [assembliesOf(dataDir), join(dataDir, 'lambda-runtime/node_modules')];
    const open = entries
      .filter((entry) => entry.isFile() || entry.isDirectory())
      .map((entry) => ({ path: join(entry.parentPath, entry.name), forbidden: entry.isFile() ? 0o077 : 0o066 }))
      .filter(({ path }) => existsSync(path) && !others.some((folder) => path.startsWith(folder)))
      .filter(({ path, forbidden }) => (statSync(path).mode & forbidden) !== 0);
    expect(entries.length).toBeGreaterThan(50);
    expect(open).toEqual([]);
    expect(statSync(dataDir).mode & 0o066).toBe(0);
  });

  it('refuses to share its data folder', async () => {
    const { code, output } = await runToEnd(['--data-dir', dataDir, '--api-port', '0', '--site-port', '0']);
    expect(code).toBe(1);
    expect(output).toContain('--data-dir');
    expect(output).not.toContain('    at ');
  });

  it('ends on Ctrl-C within 10 s and leaves no process', async () => {
    const created = await call(run.addresses.api, 'POST', '/api/orders', orderOf(user));
    expect(created.status).toBe(201);
    const { code, seconds } = await run.end('SIGINT');
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(10);
    expect(processesOf(dataDir)).toEqual([]);
  });

  it('still has its orders and receipts after a restart', async () => {
    run = await startRun(dataDir);
    const [id] = await idsOf(user);
    expect(id).toBeDefined();
    expect(await listKeys(run.addresses, 'order-receipts', `receipts/${user}/`)).toEqual([
      `receipts/${user}/${id}.txt`,
    ]);
  });

  it('recovers by itself from kill -9', async () => {
    const before = await idsOf(user);
    await run.end('SIGKILL');
    run = await startRun(dataDir);
    expect(await idsOf(user)).toEqual(before);
    expect((await call(run.addresses.api, 'POST', '/api/orders', orderOf(user))).body.delivery).toEqual({
      receipt: 'stored',
      event: 'published',
    });
  });

  it('loses everything by `npm run reset`, which refuses while the run is alive', async () => {
    const reset = () => runToEnd(['--data-dir', dataDir], process.env, 'scripts/reset.ts');
    expect((await reset()).code).toBe(1);
    await run.end('SIGINT');
    expect(await reset()).toMatchObject({ code: 0 });

    run = await startRun(dataDir);
    expect(run.output()).not.toContain('synthesizing');
    expect(await idsOf(user)).toEqual([]);
    expect(await listKeys(run.addresses, 'order-receipts', 'receipts/')).toEqual([]);
    await run.end('SIGINT');
  });
});

it.each([
  ['the app is synthesized', 'synthesizing the CDK app', 'SIGTERM', 143, undefined],
  ['clusters are set up', 'creating the database cluster', 'SIGINT', 130, seed],
  ['Kafka starts', 'formatting the storage', 'SIGTERM', 143, seed],
  ['functions are deployed', 'AWS::RDS::DBInstance) created', 'SIGINT', 130, seed],
  ['pollers start', ' debug poller ', 'SIGINT', 130, seed],
] as const)(
  'ends while %s, with the code of the signal, and leaves no process',
  async (_, line, signal, exit, from) => {
    const dir = newDataDir(from);
    const { child, output } = launch('scripts/start.ts', [...ANY_FREE_PORT, '--data-dir', dir]);
    const closed = once(child, 'close');
    await expect.poll(() => readIfThere(logFileOf(dir)), { timeout: 60_000 }).toContain(line);
    child.kill(signal);
    const [code] = await closed;
    // It may just have come up.
    const wasUp = output().includes('OrderFlow is up');
    expect(code, output()).toBe(wasUp ? 0 : exit);
    expect(output()).toMatch(wasUp ? /^Stopped; the data stays .*$/m : /^Stopped before it was up\.$/m);
    expect(processesOf(dir)).toEqual([]);
    removeFolder(dir);
  },
);

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

describe('a start that cannot succeed says why in one sentence and leaves nothing', () => {
  async function taken<T>(use: (port: number) => Promise<T>): Promise<T> {
    const server: Server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      return await use((server.address() as { port: number }).port);
    } finally {
      server.close();
    }
  }

  it.each(['--api-port', '--site-port', '--postgres-port', '--aws-port', '--kafka-port'])(
    'a taken port: %s',
    async (flag) => {
      const dir = newDataDir();
      await taken(async (port) => {
        const others = ['--api-port', '--site-port', '--postgres-port', '--aws-port', '--kafka-port'].filter(
          (name) => name !== flag,
        );
        const args = [...others.flatMap((name) => [name, '0']), flag, String(port), '--data-dir', dir];
        const { code, output } = await runToEnd(args);
        expect(code).toBe(1);
        expect(output).toContain(String(port));
        expect(output).toContain(flag);
        expect(output).not.toContain('synthesizing');
        expect(output).not.toContain('    at ');
      });
      expect(processesOf(dir)).toEqual([]);
      removeFolder(dir);
    },
  );

  it('a data folder that cannot be written', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'orderflow-test-'));
    const file = join(parent, 'file');
    writeFileSync(file, '');
    const { code, output } = await runToEnd(['--data-dir', join(file, 'data')]);
    expect(code).toBe(1);
    expect(output).toContain('--data-dir');
    expect(output).not.toContain('    at ');
    removeFolder(parent);
  });

  it('objects of a former version', async () => {
    const dir = newDataDir(seed);
    mkdirSync(join(dir, 's3', 'order-receipts'), { recursive: true });
    writeFileSync(join(dir, 's3', 'order-receipts', 'key._S3rver_object'), 'receipt');
    const { code, output } = await runToEnd([...ANY_FREE_PORT, '--data-dir', dir]);
    expect(code).toBe(1);
    expect(output).toContain('npm run reset');
    expect(output).not.toContain('    at ');
    expect(readdirSync(join(dir, 's3'))).toEqual(['order-receipts']);
    await expect.poll(() => processesOf(dir)).toEqual([]);
    removeFolder(dir);
  });

  it('no Java to be had', async () => {
    const dir = newDataDir(seed);
    const bin = mkdtempSync(join(tmpdir(), 'orderflow-test-'));
    mkdirSync(join(bin, 'bin'));
    writeFileSync(join(bin, 'bin', 'java'), '#!/bin/sh\necho \'openjdk version "11.0.2"\' >&2\n');
    chmodSync(join(bin, 'bin', 'java'), 0o755);
    const env = {
      ...process.env,
      JAVA_HOME: bin,
      PATH: `${join(bin, 'bin')}:/usr/bin:/bin`,
      NODE_USE_ENV_PROXY: '1',
      HTTPS_PROXY: 'http://127.0.0.1:9',
    };
    const { code, output } = await runToEnd([...ANY_FREE_PORT, '--data-dir', dir], env);
    expect(code).toBe(1);
    expect(output).toMatch(/Java.*17/);
    expect(output).not.toContain('    at ');
    await expect.poll(() => processesOf(dir)).toEqual([]);
    removeFolder(dir);
    removeFolder(bin);
  });
});

it('explains what it does with each resource, none unknown', async () => {
  const { code, output } = await runToEnd(['--explain', '--data-dir', seed]);
  expect(code).toBe(0);
  expect(output).toContain('AWS::Lambda::Function');
  expect(output).toMatch(/0 unknown/);
});

it('removes no folder that is not a data folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orderflow-test-'));
  writeFileSync(join(folder, 'precious'), '');
  const reset = await runToEnd(['--data-dir', folder], process.env, 'scripts/reset.ts');
  const start = await runToEnd([...ANY_FREE_PORT, '--data-dir', folder]);
  expect([reset.code, start.code]).toEqual([1, 1]);
  expect(start.output).toContain('--data-dir');
  expect(readdirSync(folder)).toEqual(['precious']);
  removeFolder(folder);
});

it('names an option that it does not know', async () => {
  const { code, output } = await runToEnd(['--prot', '1']);
  expect(code).toBe(2);
  expect(output).toContain("'--prot'");
});
