import { join } from 'node:path';
import { lockDataDir } from '../../tooling/data-dir.ts';
import { silentLog as log } from '../../tooling/log-fixture.ts';
import { endOrphans } from '../../tooling/orphans.ts';
import { cacheDirOf, runDirOf } from '../../tooling/paths.ts';
import { loadAuthority } from '../tls/authority.ts';
import { startKafka } from './kafka/start-kafka.ts';
import { startPostgres } from './postgres/start-postgres.ts';

/** For recovery.long.test.ts: a runner that starts every engine, says where they are, and waits to be killed. */
const [dataDir = '', postgresPort = '0', kafkaPort = '0'] = process.argv.slice(2);

await lockDataDir(dataDir);
await endOrphans(dataDir, log);
const authority = await loadAuthority(join(dataDir, 'tls'), 'rds');
const runDir = runDirOf(dataDir);
const [postgres, kafka] = await Promise.all([
  startPostgres({
    name: 'shard1',
    dir: join(dataDir, 'postgres'),
    runDir,
    port: Number(postgresPort),
    superuser: { name: 'master', password: 'secret' },
    database: 'orders',
    certificate: await authority.issue('shard1'),
    log,
  }),
  startKafka({
    dir: join(dataDir, 'kafka'),
    runDir,
    cacheDir: cacheDirOf(process.env),
    plaintextPort: Number(kafkaPort),
    saslAdvertisedPort: 0,
    log,
  }),
]);
const engines = [
  { name: 'shard1', port: postgres.port, pid: postgres.pid },
  { name: 'kafka', port: kafka.plaintextPort, pid: kafka.pid },
];
console.log(JSON.stringify({ ca: authority.certificatePem, engines }));

process.once('SIGTERM', async () => {
  await Promise.all([postgres.stop(), kafka.stop()]);
  process.exit();
});
