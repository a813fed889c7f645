import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signalServers } from '../../../scripts/chaos/processes.ts';
import { startTestPostgres } from '../../../tests/support/engines.ts';
import { inTime } from '../../../tests/support/in-time.ts';
import { SHARD, TestShard } from '../../../tests/support/test-shard.ts';
import { MemoryLog } from '../../testing/ports.ts';
import { REQUEST_LIMITS, ShardDatabases } from './shard-databases.ts';

const dir = mkdtempSync(join(tmpdir(), 'shard-'));
let postgres: Awaited<ReturnType<typeof startTestPostgres>>;
let shard: TestShard;

beforeAll(async () => {
  postgres = await startTestPostgres(dir);
  shard = await TestShard.create(postgres.access);
});
afterAll(async () => {
  await postgres?.server.stop();
  rmSync(dir, { recursive: true, force: true });
});

const open = (tls = true) =>
  new ShardDatabases({ shards: [SHARD], tls }, shard.secrets(), new MemoryLog(), REQUEST_LIMITS);

it('a connection is encrypted, unless the settings say that the server speaks no TLS', async () => {
  const [file] = await shard.sql('SHOW hba_file');
  appendFileSync(String(file?.hba_file), 'hostnossl all all 127.0.0.1/32 scram-sha-256\n');
  await shard.sql('SELECT pg_reload_conf()');
  const text = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
  for (const tls of [true, false]) {
    const databases = open(tls);
    // The server takes a moment to read its rules again.
    await expect.poll(() => databases.query(SHARD, { text, values: [] }).catch(String)).toEqual([{ ssl: tls }]);
    await databases.close();
  }
});

it('a shard is given up within 1.8 s when its processes are stopped, and used again when they go on', async () => {
  const selectOne = { text: 'SELECT 1', values: [] };
  const [kept, unopened] = [open(), open()];
  await expect.poll(() => kept.query(SHARD, selectOne)).toHaveLength(1);
  const pid = postgres.server.pid as number;
  signalServers([pid], 'SIGSTOP');
  try {
    const unavailable = { code: 'shard_unavailable', shard: 'shard1' };
    await Promise.all(
      [kept, unopened].map((databases) =>
        expect(inTime(1_800, databases.query(SHARD, selectOne))).rejects.toMatchObject(unavailable),
      ),
    );
  } finally {
    signalServers([pid], 'SIGCONT');
  }
  await expect.poll(() => kept.query(SHARD, selectOne)).toHaveLength(1);
  await Promise.all([kept.close(), unopened.close()]);
});
