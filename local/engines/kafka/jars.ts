import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../../tooling/errors.ts';
import type { Log } from '../../../tooling/log.ts';
import { variableOf } from '../../../tooling/paths.ts';
import { rejectWhenAborted } from '../../../tooling/timing.ts';
import lockFile from './jars.lock.json' with { type: 'json' };

// CommonJS with a `default` of its own, which importers unpack differently.
const mavenDownload: typeof import('mvn-artifact-download') = createRequire(import.meta.url)('mvn-artifact-download');

interface Jar {
  /** `group:name:version` */
  readonly artifact: string;
  readonly bytes: number;
  readonly sha512: string;
}

/** The files of one Kafka version; scripts/lock-kafka-jars.ts writes it. */
export interface JarLock {
  readonly kafka: string;
  readonly jars: readonly Jar[];
}

export interface JarOptions {
  readonly cacheDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  readonly lock?: JarLock;
  /** Ends downloads when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** Tells what the files of a folder were when all their hashes were right. */
const VERIFIED = 'verified.json';
const PARALLEL_DOWNLOADS = 6;
/** The environment variable with the base URL of a Maven repository. */
const MIRROR = variableOf('maven-repository');
const ATTEMPTS = 4;
const FIRST_DELAY_MS = 250;
const DOWNLOAD_TIMEOUT_MS = 120_000;
const PROGRESS_EVERY_MS = 2_000;

/**
 * Kafka's class path: the jars in `KAFKA_HOME` if that is set, or else those of the lock file. Jars that are missing from
 * the cache or damaged are downloaded; those are read that were written since they were last read; {@link MIRROR} names a mirror, `HTTPS_PROXY` and the like a proxy.
 *
 * @returns absolute paths
 * @throws UserError when a file cannot be downloaded or does not have its locked hash
 */
export async function kafkaClassPath(options: JarOptions): Promise<string[]> {
  const { KAFKA_HOME } = options.env;
  return KAFKA_HOME ? installedJars(KAFKA_HOME) : lockedJars(options, options.lock ?? lockFile);
}

function installedJars(kafkaHome: string): string[] {
  const jars = globSync('libs/*.jar', { cwd: kafkaHome }).sort();
  if (!jars.some((jar) => /\bkafka_2\.13-[4-9]/.test(jar))) {
    throw new UserError(
      `KAFKA_HOME is ${kafkaHome}, but its folder libs has no Kafka 4 or newer. Unset it or point it at an unpacked Kafka 4.`,
    );
  }
  return jars.map((jar) => join(kafkaHome, jar));
}

async function lockedJars(options: JarOptions, lock: JarLock): Promise<string[]> {
  const dir = join(options.cacheDir, `kafka-${lock.kafka}`);
  const path = (jar: Jar) => join(dir, fileName(jar));
  const stateOfAll = () => JSON.stringify(lock.jars.map((jar) => [jar.sha512, stateOf(path(jar))]));
  // Reading 100 MB would hold up every start: files that have not been touched since they were read are the same.
  const record = join(dir, VERIFIED);
  if (existsSync(record) && readFileSync(record, 'utf8') === stateOfAll()) return lock.jars.map(path);
  const intact = await Promise.all(lock.jars.map((jar) => isIntact(path(jar), jar)));
  const missing = lock.jars.filter((_, index) => !intact[index]);
  if (missing.length > 0) {
    makeDir(dir);
    await downloadAll(missing, path, lock.kafka, options);
  }
  writeFileSync(record, stateOfAll());
  return lock.jars.map(path);
}

/** What changes when a file is written. */
function stateOf(path: string): readonly number[] {
  const { size = 0, mtimeMs = 0, ino = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return [size, mtimeMs, ino];
}

async function downloadAll(
  jars: readonly Jar[],
  path: (jar: Jar) => string,
  kafka: string,
  options: JarOptions,
): Promise<void> {
  // An empty string means Maven Central.
  const mirror = options.env[MIRROR];
  const repository = mirror ? mirror.replace(/\/*$/, '/') : '';
  const total = jars.reduce((sum, jar) => sum + jar.bytes, 0);
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  options.log.info('downloading Kafka %s once: %d files, %s MB', kafka, jars.length, megabytes(total));
  let received = 0;
  let reported = megabytes(received);
  const report = () => {
    if (megabytes(received) === reported) return;
    reported = megabytes(received);
    options.log.info('downloading Kafka %s: %s of %s MB', kafka, reported, megabytes(total));
  };
  const progress = setInterval(report, PROGRESS_EVERY_MS);
  // The largest first, so that none of them is left for the end.
  const queue = jars.toSorted((a, b) => b.bytes - a.bytes);
  const work = async () => {
    for (let jar = queue.shift(); jar; jar = queue.shift()) {
      await downloadJar(jar, path(jar), repository, options);
      received += jar.bytes;
    }
  };
  const stopOthers = (error: unknown) => {
    queue.length = 0;
    throw error;
  };
  // All settle before the failure is thrown: nothing writes into the cache afterwards.
  const workers = await Promise.allSettled(Array.from({ length: PARALLEL_DOWNLOADS }, () => work().catch(stopOthers)));
  clearInterval(progress);
  const failed = workers.find((worker) => worker.status === 'rejected');
  if (failed) throw failed.reason;
  report();
}

async function downloadJar(jar: Jar, path: string, repository: string, options: JarOptions): Promise<void> {
  const { log, signal } = options;
  const draft = `${path}.${process.pid}.draft`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await download(jar, draft, repository, options);
      if (!(await isIntact(draft, jar))) throw new Error('it does not have the locked SHA-512');
      renameSync(draft, path);
      return;
    } catch (error) {
      rmSync(draft, { force: true });
      signal?.throwIfAborted();
      if (attempt === ATTEMPTS) {
        throw new UserError(
          `Kafka's file ${jar.artifact} could not be downloaded from ${repository || 'Maven Central'}: ${(error as Error).message}. Check the network (HTTPS_PROXY and NODE_EXTRA_CA_CERTS apply), set ${MIRROR} to a mirror, or point KAFKA_HOME at an unpacked Kafka 4.`,
          { cause: error },
        );
      }
      log.debug('%s: attempt %d failed: %s', jar.artifact, attempt, (error as Error).message);
      await delay(FIRST_DELAY_MS * 2 ** (attempt - 1), undefined, { ...(signal && { signal }) });
    }
  }
}

async function download(jar: Jar, draft: string, repository: string, { env, signal }: JarOptions): Promise<void> {
  const proxyEnv = { ...env };
  const agents = { 'http:': new HttpAgent({ proxyEnv }), 'https:': new HttpsAgent({ proxyEnv }) };
  const agent = ({ protocol }: URL) => agents[protocol === 'https:' ? 'https:' : 'http:'];
  const arrival = mavenDownload.default(jar.artifact, '/', repository, draft.slice(1), { agent });
  const limit = AbortSignal.any([AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS), ...(signal ? [signal] : [])]);
  try {
    // The library never settles when the connection breaks halfway through a file.
    await Promise.race([arrival, rejectWhenAborted(limit)]);
  } finally {
    // A download that is given up would keep the process alive.
    for (const each of Object.values(agents)) each.destroy();
  }
}

async function isIntact(path: string, jar: Jar): Promise<boolean> {
  try {
    const content = await readFile(path);
    return content.length === jar.bytes && createHash('sha512').update(content).digest('hex') === jar.sha512;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function fileName(jar: Jar): string {
  const [, name, version] = jar.artifact.split(':');
  return `${name}-${version}.jar`;
}

function makeDir(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(
      `The download folder ${dir} cannot be written (${code}). Choose another with --cache-dir or ${variableOf('cache-dir')}.`,
      { cause: error },
    );
  }
}
