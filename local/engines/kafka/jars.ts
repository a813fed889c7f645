import { createHash } from 'node:crypto';
import { globSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../../tooling/errors.ts';
import type { Log } from '../../../tooling/log.ts';
import lockFile from './jars.lock.json' with { type: 'json' };

// CommonJS with a `default` of its own, which importers unpack differently.
const mavenDownload: typeof import('mvn-artifact-download') = createRequire(import.meta.url)('mvn-artifact-download');

interface Jar {
  /** `group:name:version` */
  readonly artifact: string;
  readonly bytes: number;
  /** Hexadecimal. */
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
}

const PARALLEL_DOWNLOADS = 6;
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 250;
const DOWNLOAD_TIMEOUT_MS = 120_000;
const PROGRESS_EVERY_MS = 2_000;

/**
 * Gives Kafka's class path: the jars below `KAFKA_HOME` when that is set, otherwise those of the lock file, fetched into
 * the cache when they are missing or damaged. `ORDERFLOW_MAVEN_REPOSITORY` names another Maven repository to fetch from,
 * `HTTPS_PROXY` and its kin a proxy.
 *
 * @returns absolute paths
 * @throws UserError when a file cannot be fetched or is not the one that was locked
 */
export async function kafkaClassPath(options: JarOptions): Promise<string[]> {
  const { KAFKA_HOME } = options.env;
  return KAFKA_HOME ? installedJars(KAFKA_HOME) : lockedJars(options, options.lock ?? lockFile);
}

function installedJars(kafkaHome: string): string[] {
  const jars = globSync('libs/*.jar', { cwd: kafkaHome }).sort();
  if (!jars.some((jar) => /\bkafka_2\.13-[4-9]/.test(jar))) {
    throw new UserError(
      `KAFKA_HOME is ${kafkaHome}, but its folder libs holds no Kafka 4 or newer. Unset it or name an unpacked Kafka 4.`,
    );
  }
  return jars.map((jar) => join(kafkaHome, jar));
}

async function lockedJars(options: JarOptions, lock: JarLock): Promise<string[]> {
  const dir = join(options.cacheDir, `kafka-${lock.kafka}`);
  const path = (jar: Jar) => join(dir, fileName(jar));
  const sound = await Promise.all(lock.jars.map((jar) => isSound(path(jar), jar)));
  const missing = lock.jars.filter((_, index) => !sound[index]);
  if (missing.length > 0) {
    makeDir(dir);
    await fetchAll(missing, path, lock.kafka, options);
  }
  return lock.jars.map(path);
}

async function fetchAll(
  jars: readonly Jar[],
  path: (jar: Jar) => string,
  kafka: string,
  options: JarOptions,
): Promise<void> {
  // Empty leaves it to the library, which knows Maven Central.
  const { ORDERFLOW_MAVEN_REPOSITORY: mirror } = options.env;
  const repository = mirror ? mirror.replace(/\/*$/, '/') : '';
  const total = jars.reduce((sum, jar) => sum + jar.bytes, 0);
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  options.log.info('fetching Kafka %s: %d files, %s MB (once)', kafka, jars.length, megabytes(total));
  let fetched = 0;
  let told = megabytes(fetched);
  const tell = () => {
    if (megabytes(fetched) === told) return;
    told = megabytes(fetched);
    options.log.info('fetching Kafka %s: %s of %s MB', kafka, told, megabytes(total));
  };
  const progress = setInterval(tell, PROGRESS_EVERY_MS);
  // The largest first: none of them is then waited for alone at the end.
  const queue = jars.toSorted((a, b) => b.bytes - a.bytes);
  const work = async () => {
    for (let jar = queue.shift(); jar; jar = queue.shift()) {
      await fetchJar(jar, path(jar), repository, options);
      fetched += jar.bytes;
    }
  };
  const stopOthers = (error: unknown) => {
    queue.length = 0;
    throw error;
  };
  // All settle before the first failure is thrown: nothing writes into the cache afterwards.
  const workers = await Promise.allSettled(Array.from({ length: PARALLEL_DOWNLOADS }, () => work().catch(stopOthers)));
  clearInterval(progress);
  const failed = workers.find((worker) => worker.status === 'rejected');
  if (failed) throw failed.reason;
  tell();
}

async function fetchJar(jar: Jar, path: string, repository: string, { env, log }: JarOptions): Promise<void> {
  const draft = `${path}.${process.pid}.draft`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await download(jar, draft, repository, env);
      if (!(await isSound(draft, jar))) throw new Error('what arrived does not have the locked SHA-512');
      renameSync(draft, path);
      return;
    } catch (error) {
      rmSync(draft, { force: true });
      if (attempt === ATTEMPTS) {
        throw new UserError(
          `Kafka's file ${jar.artifact} could not be fetched from ${repository || 'Maven Central'}: ${(error as Error).message}. Check the network (HTTPS_PROXY and NODE_EXTRA_CA_CERTS are honoured), name a mirror with ORDERFLOW_MAVEN_REPOSITORY, or point KAFKA_HOME at an unpacked Kafka 4.`,
          { cause: error },
        );
      }
      log.debug('%s: attempt %d failed: %s', jar.artifact, attempt, (error as Error).message);
      await delay(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}

async function download(jar: Jar, draft: string, repository: string, env: NodeJS.ProcessEnv): Promise<void> {
  const proxyEnv = { ...env };
  const agent = (url: URL) => (url.protocol === 'https:' ? new HttpsAgent({ proxyEnv }) : new HttpAgent({ proxyEnv }));
  const arrival = mavenDownload.default(jar.artifact, '/', repository, draft.slice(1), { agent });
  // The library never settles when the connection breaks in the middle of a file.
  const timeout = AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS);
  const tooLate = new Promise<never>((_, reject) => timeout.addEventListener('abort', () => reject(timeout.reason)));
  await Promise.race([arrival, tooLate]);
}

async function isSound(path: string, jar: Jar): Promise<boolean> {
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
      `The download folder ${dir} cannot be written (${code}). Name another with --cache-dir or ORDERFLOW_CACHE_DIR.`,
      { cause: error },
    );
  }
}
