import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call } from '../support/api.ts';
import { lagOf, produce, queryShard, readTopic } from '../support/clients.ts';
import { synthesizeOtherApp } from '../support/other-app.ts';
import { type AppRun, newDataDir, removeFolder, startAppRun } from '../support/run.ts';

const TOPICS = ['alarms', 'device-changes', 'readings', 'readings-rejected'];
const work = newDataDir();
const dataDir = newDataDir();
let assembly: string;
let run: AppRun;

beforeAll(async () => {
  assembly = await synthesizeOtherApp('two-databases', work);
  run = await startAppRun(dataDir, ['--assembly', assembly]);
});

afterAll(async () => {
  await run?.end('SIGINT');
  removeFolder(dataDir);
  removeFolder(work);
});

const api = () => run.addresses.apis.telemetry ?? '';
const kafka = () => ({ kafka: run.addresses.clusters.telemetry ?? '' });
const readings = (deviceId: string) =>
  queryShard(run.addresses, 'readings', 'SELECT metric, value FROM readings WHERE device_id = $1', [deviceId]);

it('the custom resource has made its tables in both databases, which are reached by their printed addresses', async () => {
  for (const database of ['devices', 'readings']) {
    await expect.poll(run.output).toContain(run.addresses.databases[database]);
    expect(await queryShard(run.addresses, database, `SELECT count(*)::int AS rows FROM ${database}`)).toEqual([
      { rows: 0 },
    ]);
  }
});

it('the databases are of the version that this project brings, although their templates ask for another', async () => {
  const templates = readdirSync(assembly).filter((file) => file.endsWith('.template.json'));
  const asked = templates.flatMap((file) => readFileSync(join(assembly, file), 'utf8').match(/"EngineVersion": "\d+/g));
  expect(new Set(asked.filter((found) => found !== null))).toEqual(new Set(['"EngineVersion": "17']));
  const version = `SELECT current_setting('server_version_num')::int / 10000 AS major`;
  expect(await queryShard(run.addresses, 'readings', version)).toEqual([{ major: 18 }]);
});

it('a reading goes through Kafka into its database; one over the limit also raises an alarm', async () => {
  const reading = { deviceId: 'd-1', metric: 'temperature', value: 99 };
  expect((await call(api(), 'POST', '/readings', reading)).status).toBe(202);
  await expect.poll(() => readings('d-1'), { timeout: 60_000 }).toEqual([{ metric: 'temperature', value: 99 }]);
  const [alarm] = await readTopic(kafka(), 'alarms', (records) => records.length > 0, 60);
  expect(JSON.parse(alarm?.value ?? '')).toMatchObject({ ...reading, limit: 80 });
});

it('a reading that cannot be stored is rejected', async () => {
  expect((await call(api(), 'POST', '/readings', { deviceId: 'd-2', metric: 'temperature' })).status).toBe(202);
  const [rejected] = await readTopic(kafka(), 'readings-rejected', (records) => records.length > 0, 60);
  expect(JSON.parse(rejected?.value ?? '').reason).toBe('value is not a number');
});

it('a mapping of the other topic stores into the other database', async () => {
  expect((await call(api(), 'GET', '/devices/d-1')).status).toBe(404);
  const change = { deviceId: 'd-1', name: 'Boiler', changedAt: '2026-11-27T09:00:00Z' };
  await produce(kafka(), 'device-changes', [{ key: 'd-1', value: JSON.stringify(change) }]);
  const device = async () => (await call(api(), 'GET', '/devices/d-1')).body;
  await expect.poll(device, { timeout: 60_000 }).toMatchObject({ deviceId: 'd-1', name: 'Boiler', active: true });
});

it('everything is there after a restart, and nothing is consumed twice', async () => {
  await expect.poll(() => lagOf(kafka(), 'telemetry-readings', 'readings'), { timeout: 60_000 }).toBe(0);
  await run.end('SIGINT');
  run = await startAppRun(dataDir, ['--assembly', assembly]);
  expect((await call(api(), 'GET', '/devices/d-1')).body.name).toBe('Boiler');
  expect(await readings('d-1')).toHaveLength(1);
  for (const topic of TOPICS) {
    const records = await readTopic(kafka(), topic, (all) => all.length > 0, 30);
    expect([topic, records.length > 0]).toEqual([topic, true]);
  }
  expect((await call(api(), 'POST', '/readings', { deviceId: 'd-3', metric: 'humidity', value: 1 })).status).toBe(202);
  await expect.poll(() => readings('d-3'), { timeout: 60_000 }).toHaveLength(1);
});
