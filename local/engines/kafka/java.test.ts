import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../tooling/log-fixture.ts';
import { listenOnLoopback } from '../../../tooling/ports.ts';
import { findJava } from './java.ts';

/** A folder with a `bin/java` that says it is of this version. */
function fakeJava(version: string): string {
  const home = mkdtempSync(join(tmpdir(), 'java-'));
  mkdirSync(join(home, 'bin'));
  const program = join(home, 'bin', 'java');
  writeFileSync(program, `#!/bin/sh\necho 'openjdk version "${version}"' >&2\n`);
  chmodSync(program, 0o755);
  return home;
}

const find = (env: NodeJS.ProcessEnv, cacheDir = mkdtempSync(join(tmpdir(), 'cache-'))) =>
  findJava({ cacheDir, env, log: silentLog });

describe('the Java that runs Kafka', () => {
  it('is the one of JAVA_HOME', async () => {
    const home = fakeJava('21.0.2');
    const java = await find({ JAVA_HOME: home, PATH: `${join(fakeJava('17.0.1'), 'bin')}:/bin` });
    expect(java).toEqual({ command: join(home, 'bin/java'), version: 'openjdk version "21.0.2"\n' });
  });

  it.each(['17', '17.0.15', '25-ea'])('is the one on the PATH when it is %s', async (version) => {
    const java = await find({ PATH: `${join(fakeJava(version), 'bin')}:/bin` });
    expect(java).toMatchObject({ command: 'java', version: expect.stringContaining(version) });
  });

  it.each(['1.8.0_392', '11.0.2'])('is not a JAVA_HOME of version %s', async (version) => {
    const java = await find({ JAVA_HOME: fakeJava(version), PATH: `${join(fakeJava('17.0.1'), 'bin')}:/bin` });
    expect(java).toMatchObject({ command: 'java' });
  });

  it('is the one in the cache when the system has none', async () => {
    const cacheDir = mkdtempSync(join(tmpdir(), 'cache-'));
    const home = join(cacheDir, 'java-21', 'jdk-21.0.5+11-jre', 'bin');
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'java'), `#!/bin/sh\necho 'openjdk version "21.0.5"' >&2\n`, { mode: 0o755 });
    expect(await find({ PATH: '/nowhere' }, cacheDir)).toMatchObject({ command: join(home, 'java') });
  });

  it('is not waited for when the run is to end while it is downloaded', async () => {
    const cacheDir = mkdtempSync(join(tmpdir(), 'cache-'));
    // A proxy that never answers.
    const proxy = createServer();
    onTestFinished(() => void proxy.close());
    const asked = once(proxy, 'connection') as Promise<[Socket]>;
    const env = { PATH: '/nowhere', HTTPS_PROXY: `http://127.0.0.1:${await listenOnLoopback(proxy)}` };
    const ending = new AbortController();
    const search = findJava({ cacheDir, env, log: silentLog, signal: ending.signal });
    const [connection] = await asked;
    ending.abort('Ctrl-C');
    await expect(search).rejects.toBe('Ctrl-C');
    await once(connection.resume(), 'close');
    expect(readdirSync(cacheDir)).toEqual([]);
  });
});
