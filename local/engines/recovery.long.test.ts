import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Kafka, logLevel } from 'kafkajs';
import { Client } from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { runDirOf } from '../../tooling/paths.ts';
import { readPidFiles } from '../../tooling/pid-files.ts';
import { processIdentity } from '../../tooling/processes.ts';

interface Started {
  readonly ca: string;
  readonly engines: readonly { name: string; port: number; pid: number }[];
}

const dataDir = mkdtempSync(join(tmpdir(), 'recovery-'));
let runner: ChildProcess;

async function startRunner(...ports: number[]): Promise<Started> {
  const args = [join(import.meta.dirname, 'recovery-fixture.ts'), dataDir, ...ports.map(String)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  runner = child;
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return JSON.parse(line);
}

const portOf = ({ engines }: Started, name: string) => engines.find((engine) => engine.name === name)?.port ?? 0;

async function query(started: Started, sql: string) {
  const client = new Client({
    connectionString: `postgresql://master:secret@localhost:${portOf(started, 'shard1')}/orders`,
    ssl: { ca: started.ca },
  });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}

async function topics(started: Started, create: string[] = []): Promise<string[]> {
  const brokers = [`127.0.0.1:${portOf(started, 'kafka')}`];
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({ topics: create.map((topic) => ({ topic })) });
  const names = await admin.listTopics();
  await admin.disconnect();
  return names;
}

afterAll(async () => {
  runner.kill('SIGTERM');
  await once(runner, 'exit');
  rmSync(dataDir, { recursive: true });
});

describe('after kill -9 of the runner', () => {
  it('the next start ends the orphans and goes on with the same data on the same ports', async () => {
    const first = await startRunner();
    await query(first, 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)');
    await topics(first, ['kept']);
    runner.kill('SIGKILL');
    await once(runner, 'exit');
    const recorded = readPidFiles(runDirOf(dataDir)).map(({ name }) => name);
    expect(recorded).toEqual(expect.arrayContaining(['kafka', 'shard1']));

    const second = await startRunner(portOf(first, 'shard1'), portOf(first, 'kafka'));
    expect(portOf(second, 'shard1')).toBe(portOf(first, 'shard1'));
    expect(portOf(second, 'kafka')).toBe(portOf(first, 'kafka'));
    const identities = () => first.engines.map(({ pid }) => processIdentity(pid));
    await expect.poll(identities).toEqual([undefined, undefined]);
    expect(await query(second, 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
    expect(await topics(second)).toContain('kept');
  });
});
