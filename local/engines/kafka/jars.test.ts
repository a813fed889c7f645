import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UserError } from '../../../tooling/errors.ts';
import { silentLog } from '../../../tooling/log-fixture.ts';
import { type JarLock, kafkaClassPath } from './jars.ts';

const newDir = () => mkdtempSync(join(tmpdir(), 'jars-'));

/** What a repository holds, and the lock that fits it. */
const FILES: Record<string, string> = { alpha: 'first jar', beta: 'second jar' };
const lock: JarLock = {
  kafka: '9.9.9',
  jars: Object.entries(FILES).map(([name, content]) => ({
    artifact: `org.example.libs:${name}:1.0`,
    bytes: content.length,
    sha512: createHash('sha512').update(content).digest('hex'),
  })),
};
const serveFiles: RequestListener = (request, response) => {
  const [, name = ''] = /^\/maven\/org\/example\/libs\/(\w+)\/1\.0\/\1-1\.0\.jar$/.exec(request.url ?? '') ?? [];
  const content = FILES[name];
  response.writeHead(content ? 200 : 404).end(content);
};

async function startRepository(answer: RequestListener) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    answer(request, response);
  });
  onTestFinished(() => {
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/maven`, requests };
}

const classPath = (cacheDir: string, repository: string) =>
  kafkaClassPath({ cacheDir, lock, log: silentLog, env: { ORDERFLOW_MAVEN_REPOSITORY: repository } });

describe("Kafka's jars", () => {
  it('are fetched once', async () => {
    const cacheDir = newDir();
    const repository = await startRepository(serveFiles);
    const paths = await classPath(cacheDir, repository.url);
    expect(paths).toEqual(['alpha', 'beta'].map((name) => join(cacheDir, 'kafka-9.9.9', `${name}-1.0.jar`)));
    expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(Object.values(FILES));
    await classPath(cacheDir, repository.url);
    expect(repository.requests).toHaveLength(2);
  });

  it('are fetched again when the cache is damaged', async () => {
    const cacheDir = newDir();
    const repository = await startRepository(serveFiles);
    const [first = ''] = await classPath(cacheDir, repository.url);
    writeFileSync(first, 'first_jar');
    await classPath(cacheDir, repository.url);
    expect(readFileSync(first, 'utf8')).toBe('first jar');
    expect(repository.requests).toHaveLength(3);
  });

  it('are read again when they were written since, and not before', async () => {
    const cacheDir = newDir();
    const repository = await startRepository(serveFiles);
    const [first = ''] = await classPath(cacheDir, repository.url);
    utimesSync(first, 1, 1);
    await classPath(cacheDir, repository.url);
    writeFileSync(first, 'first_jar');
    utimesSync(first, 1, 1);
    await classPath(cacheDir, repository.url);
    expect(repository.requests).toHaveLength(2);
    utimesSync(first, 1, 2);
    await classPath(cacheDir, repository.url);
    expect(repository.requests).toHaveLength(3);
  });

  it('are tried for again when the repository stumbles', async () => {
    let failures = 2;
    const repository = await startRepository((request, response) => {
      if (failures-- > 0) response.writeHead(503).end();
      else serveFiles(request, response);
    });
    expect(await classPath(newDir(), repository.url)).toHaveLength(2);
  });

  it('are refused when they are not the locked ones, and leave nothing in the cache', async () => {
    const cacheDir = newDir();
    const repository = await startRepository((_, response) => response.end('something else'));
    await expect(classPath(cacheDir, repository.url)).rejects.toThrow(UserError);
    expect(readdirSync(join(cacheDir, 'kafka-9.9.9'))).toEqual([]);
  });

  it('are given up when the run is to end, and the connection with them', async () => {
    const ending = new AbortController();
    const gone = Promise.withResolvers<void>();
    const repository = await startRepository((request, response) => {
      request.socket.once('close', gone.resolve);
      response.writeHead(200, { 'content-length': 1_000 }).write('first', () => ending.abort(new Error('Ctrl-C')));
    });
    const env = { ORDERFLOW_MAVEN_REPOSITORY: repository.url };
    const paths = kafkaClassPath({ cacheDir: newDir(), lock, log: silentLog, env, signal: ending.signal });
    await expect(paths).rejects.toThrow('Ctrl-C');
    await gone.promise;
  });

  it('come from KAFKA_HOME when that is set', async () => {
    const home = newDir();
    mkdirSync(join(home, 'libs'));
    writeFileSync(join(home, 'libs', 'kafka_2.13-4.1.0.jar'), '');
    const cacheDir = join(home, 'cache');
    const paths = await kafkaClassPath({ cacheDir, log: silentLog, env: { KAFKA_HOME: home } });
    expect(paths).toEqual([join(home, 'libs', 'kafka_2.13-4.1.0.jar')]);
    expect(existsSync(cacheDir)).toBe(false);
  });

  it('are not taken from a KAFKA_HOME that holds no Kafka 4', async () => {
    await expect(kafkaClassPath({ cacheDir: newDir(), log: silentLog, env: { KAFKA_HOME: newDir() } })).rejects.toThrow(
      UserError,
    );
  });
});
