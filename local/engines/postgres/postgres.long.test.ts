import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type ClientConfig } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryLog } from '../../../tooling/log-fixture.ts';
import { runDirOf } from '../../../tooling/paths.ts';
import { loadAuthority } from '../../tls/authority.ts';
import { type PostgresServer, startPostgres } from './start-postgres.ts';

const dir = mkdtempSync(join(tmpdir(), 'postgres-'));
const authority = await loadAuthority(join(dir, 'tls'), 'rds');
const superuser = { name: 'master', password: "pass'word" };
const log = memoryLog();
const shown = () => log.lines.filter((line) => !line.startsWith('debug'));
let server: PostgresServer;

async function start(more: { password?: string; commonName?: string; parameters?: Record<string, string> } = {}) {
  server = await startPostgres({
    name: 'shard1',
    dir: join(dir, 'shard1'),
    runDir: runDirOf(dir),
    port: 0,
    superuser: { ...superuser, password: more.password ?? superuser.password },
    database: 'orders_shard1',
    certificate: await authority.issue(more.commonName ?? 'shard1'),
    parameters: more.parameters ?? {},
    log,
  });
}

async function query(sql: string, config: ClientConfig = {}) {
  const client = new Client({
    host: 'localhost',
    port: server.port,
    user: superuser.name,
    password: superuser.password,
    database: 'orders_shard1',
    ssl: { ca: authority.certificatePem },
    ...config,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(() => start());
afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true });
});

describe('a Postgres server', () => {
  it('takes its superuser over TLS with a certificate that clients verify', async () => {
    const sql = `SELECT current_user AS name, usesuper AS super, ssl, pg_encoding_to_char(encoding) AS encoding, datlocale
      FROM pg_user JOIN pg_stat_ssl ON pid = pg_backend_pid() JOIN pg_database ON datname = current_database()
      WHERE usename = current_user`;
    const expected = { name: 'master', super: true, ssl: true, encoding: 'UTF8', datlocale: 'C.UTF-8' };
    expect(await query(sql)).toEqual([expected]);
  });

  it('refuses connections without TLS and wrong passwords', async () => {
    await expect(query('SELECT 1', { ssl: false })).rejects.toThrow('no encryption');
    await expect(query('SELECT 1', { password: 'guess' })).rejects.toMatchObject({ code: '28P01' });
  });

  it('comes back on its own, on the same port and with what was committed, when it is killed', async () => {
    await query('CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)');
    const pid = server.pid as number;
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => server.pid ?? pid).not.toBe(pid);
    expect(await query('SELECT id FROM kept')).toEqual([{ id: 1 }]);
    expect(shown().slice(-2)).toEqual([
      'warn test ended (signal SIGKILL); it is starting again',
      expect.stringMatching(/^info test is back after \d+\.\d s$/),
    ]);
  });

  it('says when it begins anew because the process of a session was killed', async () => {
    const killed = query('SELECT pg_sleep(600)').catch(() => 'ended');
    const find = `SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'`;
    await expect.poll(() => query(find)).toHaveLength(1);
    const [{ pid }] = await query(find);
    process.kill(pid, 'SIGKILL');
    expect(await killed).toBe('ended');
    await expect
      .poll(() => shown().slice(-2))
      .toEqual([
        expect.stringMatching(
          `warn test client backend \\(PID ${pid}\\) was terminated by signal 9: .*; it is starting again`,
        ),
        expect.stringMatching(/^info test is back after \d+\.\d s$/),
      ]);
  });

  it('keeps its data over a stop, and takes a new password and certificate with the next start', async () => {
    await server.stop();
    await start({ password: 'changed', commonName: 'renewed' });
    expect(await query('SELECT count(*)::int FROM kept', { password: 'changed' })).toEqual([{ count: 1 }]);
    await expect(query('SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    await server.stop();
    await start();
    expect(await query('SELECT count(*)::int FROM kept')).toEqual([{ count: 1 }]);
  });

  it('takes settings, but for those that the runner needs, and names one that Postgres does not take', async () => {
    await server.stop();
    await start({ parameters: { log_min_duration_statement: '1234', log_line_prefix: '%m ', timezone: 'Asia/Tokyo' } });
    const sql = `SELECT string_agg(setting, ',' ORDER BY name) AS settings FROM pg_settings
      WHERE name IN ('log_min_duration_statement', 'log_line_prefix', 'TimeZone')`;
    expect(await query(sql)).toEqual([{ settings: 'Asia/Tokyo,,1234' }]);
    await server.stop();
    await expect(start({ parameters: { no_such_setting: '1' } })).rejects.toThrow('"no_such_setting"');
    await expect(start({ parameters: { max_connections: 'many' } })).rejects.toThrow('"max_connections"');
    await start();
  });
});
