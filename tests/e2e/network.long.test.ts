import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { assembliesOf, logFileOf } from '../../tooling/paths.ts';
import { SOCKET_OWNERS_ARE_KNOWN } from '../../tooling/sockets.ts';
import { invokeFunction } from '../support/clients.ts';
import { newDataDir, type Run, removeFolder, startRun } from '../support/run.ts';
import type { ProbeTargets } from './network-probe.ts';

const PROBE = stripTypeScriptTypes(readFileSync(join(import.meta.dirname, 'network-probe.ts'), 'utf8'));

const dataDir = newDataDir(inject('seed'));
let run: Run;
let targets: ProbeTargets;

beforeAll(async () => {
  putProbes();
  run = await startRun(dataDir);
  const { aws, api, site, kafka, databases } = run.addresses;
  const portOf = (url: string) => Number(new URL(url).port);
  const { brokers } = await invokeFunction(run.addresses, 'create-order');
  targets = {
    shard1: { kind: 'postgres', port: portOf(databases.orders_shard1 ?? '') },
    shard2: { kind: 'postgres', port: portOf(databases.orders_shard2 ?? '') },
    brokers: { kind: 'kafka', port: Number(brokers.split(':')[1]) },
    secrets: { kind: 'http', port: portOf(aws), service: 'secretsmanager' },
    s3: { kind: 'http', port: portOf(aws), service: 's3' },
    lambda: { kind: 'http', port: portOf(aws), service: 'lambda' },
    api: { kind: 'http', port: portOf(api) },
    site: { kind: 'http', port: portOf(site) },
    'plaintext Kafka': { kind: 'plaintextKafka', port: Number(kafka.split(':')[1]) },
  };
});
afterAll(async () => {
  await run?.end('SIGINT');
  removeFolder(dataDir);
});

/** Replaces the code of the app's own functions, which alone are bundled with a source map. */
function putProbes(): void {
  const maps = globSync('*/asset.*/index.mjs.map', { cwd: assembliesOf(dataDir) });
  for (const map of maps) writeFileSync(join(assembliesOf(dataDir), dirname(map), 'index.mjs'), PROBE);
}

async function reachedFrom(folder: string, options: { inChild?: boolean } = {}): Promise<string[]> {
  const { reached } = await invokeFunction(run.addresses, folder, { targets, ...options });
  const results = Object.entries<string>(reached);
  expect(results.filter(([, result]) => !['reached', 'no response'].includes(result))).toEqual([]);
  return results.flatMap(([name, result]) => (result === 'reached' ? [name] : []));
}

const SHARDS = ['shard1', 'shard2'];
/** What each function of the app is designed to reach. */
const REACHED: Record<string, string[]> = {
  'create-order': [...SHARDS, 'brokers', 'secrets', 's3'],
  health: [...SHARDS, 'brokers', 'secrets', 's3'],
  'relay-outbox': [...SHARDS, 'brokers', 'secrets', 's3'],
  'list-orders': [...SHARDS, 'secrets'],
  'confirm-orders': [...SHARDS, 'secrets'],
  'migrate-shards': [...SHARDS, 'secrets'],
  'user-data': [...SHARDS, 'secrets', 's3'],
  'consume-orders': ['brokers'],
  dlt: ['brokers'],
  'describe-api': ['secrets', 's3', 'lambda', 'api', 'site'],
};

describe.runIf(SOCKET_OWNERS_ARE_KNOWN)('from its place in the network', () => {
  it('a function reaches what its security groups and routes lead to, and nothing else', async () => {
    const found = Object.keys(REACHED).map(async (folder) => [folder, await reachedFrom(folder)] as const);
    expect(Object.fromEntries(await Promise.all(found))).toEqual(REACHED);
  });

  it('a function reaches no more by another process', async () => {
    expect(await reachedFrom('consume-orders', { inChild: true })).toEqual(['brokers']);
  });

  it('the log says once which rule a function lacks, and how to write it', () => {
    const log = readFileSync(logFileOf(dataDir), 'utf8');
    const lines = log.split('\n').filter((line) => /consume-orders cannot connect to .*shard1/.test(line));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('consumeOrders.connections.allowTo(database, Port.tcp(5432))');
  });
});
