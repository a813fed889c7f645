import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../tooling/log-fixture.ts';
import { cacheDirOf } from '../../../tooling/paths.ts';
import { kafkaClassPath } from './jars.ts';
import { findJava } from './java.ts';
import { startKafka } from './start-kafka.ts';

/** A folder that stands for the user's cache, filled, at another path. */
async function cacheAt(dir: string): Promise<string> {
  const source = { cacheDir: cacheDirOf(process.env), env: process.env, log: silentLog };
  await Promise.all([findJava(source), kafkaClassPath(source)]);
  mkdirSync(dir);
  const kept = readdirSync(source.cacheDir).filter((name) => /^(kafka|java)-[\d.]+$/.test(name));
  for (const name of kept) symlinkSync(join(source.cacheDir, name), join(dir, name));
  return dir;
}

it('Kafka starts below a path with letters beyond ASCII, whatever the locale of the caller', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'kafka-'));
  onTestFinished(() => rmSync(parent, { recursive: true }));
  const dir = join(parent, 'ünï');
  mkdirSync(dir);
  const { LANG: _, LC_ALL: __, ...env } = process.env;
  const options = {
    dir: join(dir, 'data of kafka'),
    runDir: join(dir, 'run'),
    cacheDir: await cacheAt(join(dir, 'cache')),
    plaintextPort: 0,
    saslAdvertisedPort: 0,
    env,
    log: silentLog,
  };
  const names: string[][] = [];
  // The second start reads what the first one has written there: the storage, and the archive of its classes.
  for (const create of [[{ topic: 'kept' }], []]) {
    const broker = await startKafka(options);
    try {
      const admin = new Kafka({ brokers: [`127.0.0.1:${broker.plaintextPort}`], logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      await admin.createTopics({ topics: create });
      names.push(await admin.listTopics());
      await admin.disconnect();
    } finally {
      await broker.stop();
    }
  }
  expect(names).toEqual([['kept'], ['kept']]);
});
