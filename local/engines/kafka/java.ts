import { execFile } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import njre from 'njre';
import { UserError } from '../../../tooling/errors.ts';
import type { Log } from '../../../tooling/log.ts';

export interface Java {
  /** The program to start. */
  readonly command: string;
  /** All that it says about its version. */
  readonly version: string;
}

export interface JavaOptions {
  readonly cacheDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
}

/** What Kafka 4 brokers need. */
const OLDEST_VERSION = 17;
/** What is fetched when there is none: the long-term release that most systems have. */
const FETCHED_VERSION = 21;
const FETCH_TIMEOUT_MS = 10 * 60_000;

/**
 * What a JVM gets of the caller's environment. On Linux it reads and writes file names in the encoding of the locale: in the
 * C locale, its own choice without these variables, no path with letters beyond ASCII can be opened. macOS always takes UTF-8.
 */
export function javaEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { PATH: env.PATH, LC_ALL: 'C.UTF-8' };
}

/**
 * Finds a Java that can run Kafka: `JAVA_HOME`, then `java` on the PATH, then one that is fetched into the cache.
 *
 * @throws UserError when there is none and none can be fetched
 */
export async function findJava({ cacheDir, env, log }: JavaOptions): Promise<Java> {
  const candidates = [...(env.JAVA_HOME ? [join(env.JAVA_HOME, 'bin/java')] : []), 'java'];
  for (const command of candidates) {
    const version = await versionOf(command, env);
    if (version === undefined) continue;
    if (majorOf(version) >= OLDEST_VERSION) return { command, version };
    log.info('%s is older than Java %d: looking for another', command, OLDEST_VERSION);
  }
  return fetchedJava(cacheDir, env, log);
}

async function fetchedJava(cacheDir: string, env: NodeJS.ProcessEnv, log: Log): Promise<Java> {
  const home = join(cacheDir, `java-${FETCHED_VERSION}`);
  const kept = await javaBelow(home, env);
  if (kept) return kept;
  log.info(
    'no Java %d or newer found: fetching a Java %d runtime, about 50 MB (once)',
    OLDEST_VERSION,
    FETCHED_VERSION,
  );
  try {
    await fetchJava(cacheDir, home);
    const fetched = await javaBelow(home, env);
    if (fetched) return fetched;
    throw new Error('what was fetched does not run on this system');
  } catch (error) {
    throw new UserError(
      `Kafka needs Java ${OLDEST_VERSION} or newer. None was found in JAVA_HOME or on the PATH, and fetching one failed: ${(error as Error).message}. Install a Java runtime, or set JAVA_HOME to one.`,
      { cause: error },
    );
  }
}

async function fetchJava(cacheDir: string, home: string): Promise<void> {
  mkdirSync(cacheDir, { recursive: true });
  const draft = mkdtempSync(join(cacheDir, 'java-draft-'));
  const timeout = AbortSignal.timeout(FETCH_TIMEOUT_MS);
  const tooLate = new Promise<never>((_, reject) => timeout.addEventListener('abort', () => reject(timeout.reason)));
  try {
    // njre puts the folder `jre` beside the path that it is given.
    await Promise.race([njre.install(FETCHED_VERSION, { installPath: join(draft, 'archive') }), tooLate]);
    rmSync(home, { recursive: true, force: true });
    renameSync(join(draft, 'jre'), home);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function javaBelow(home: string, env: NodeJS.ProcessEnv): Promise<Java | undefined> {
  const [found] = globSync('**/bin/java', { cwd: home });
  if (!found) return undefined;
  const command = join(home, found);
  const version = await versionOf(command, env);
  return version === undefined ? undefined : { command, version };
}

/** Undefined when the program is missing or, like the placeholder of macOS, does not run. */
async function versionOf(command: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    // Java writes its version to stderr.
    return (await promisify(execFile)(command, ['-version'], { env: javaEnvironment(env), timeout: 20_000 })).stderr;
  } catch {
    return undefined;
  }
}

/** `openjdk version "17.0.15" ...` is 17; Java 8 calls itself `1.8.0`. */
function majorOf(version: string): number {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  return Number(first === '1' ? second : first);
}
