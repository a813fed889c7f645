import { execFile } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { programEnvironment } from '../../../tooling/environment.ts';
import { UserError } from '../../../tooling/errors.ts';
import type { Log } from '../../../tooling/log.ts';

export interface Java {
  readonly command: string;
  /** The full output of `java -version`. */
  readonly version: string;
}

export interface JavaOptions {
  readonly cacheDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Ends a download when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

const OLDEST_VERSION = 17; // for brokers of Kafka 4
const DOWNLOADED_VERSION = 21;
const DOWNLOAD_TIMEOUT_MS = 10 * 60_000;
/** In a process of its own, because njre cannot be told to stop. It unpacks into the folder `jre` beside the path in its last argument. */
const DOWNLOAD = `
  const [njre, version, installPath] = process.argv.slice(1);
  require(njre).install(Number(version), { installPath }).catch(({ message }) => {
    console.error(message);
    process.exitCode = 1;
  });`;

/**
 * Finds a Java that can run Kafka: in `JAVA_HOME`, on the PATH, or else in the cache folder, to which it is downloaded once.
 *
 * @throws UserError when there is none and the download fails; the signal's reason when that is aborted
 */
export async function findJava({ cacheDir, env, log, signal }: JavaOptions): Promise<Java> {
  const candidates = [...(env.JAVA_HOME ? [join(env.JAVA_HOME, 'bin/java')] : []), 'java'];
  for (const command of candidates) {
    const version = await versionOf(command, env);
    if (version === undefined) continue;
    if (majorOf(version) >= OLDEST_VERSION) return { command, version };
    log.info('%s is older than Java %d; looking for another', command, OLDEST_VERSION);
  }
  return downloadedJava({ cacheDir, env, log, signal });
}

async function downloadedJava({ cacheDir, env, log, signal }: JavaOptions): Promise<Java> {
  const home = join(cacheDir, `java-${DOWNLOADED_VERSION}`);
  const kept = await javaBelow(home, env);
  if (kept) return kept;
  log.info(
    'no Java %d or newer found; downloading a Java %d runtime once, about 50 MB',
    OLDEST_VERSION,
    DOWNLOADED_VERSION,
  );
  try {
    await downloadJava(cacheDir, home, env, signal);
    const downloaded = await javaBelow(home, env);
    if (downloaded) return downloaded;
    throw new Error('the downloaded runtime does not run on this system');
  } catch (error) {
    signal?.throwIfAborted();
    throw new UserError(
      `Kafka needs Java ${OLDEST_VERSION} or newer. None was found in JAVA_HOME or on the PATH, and downloading one failed: ${(error as Error).message}. Install a Java runtime, or point JAVA_HOME at one.`,
      { cause: error },
    );
  }
}

async function downloadJava(
  cacheDir: string,
  home: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<void> {
  mkdirSync(cacheDir, { recursive: true });
  const draft = mkdtempSync(join(cacheDir, 'java-draft-'));
  try {
    const args = [createRequire(import.meta.url).resolve('njre'), String(DOWNLOADED_VERSION), join(draft, 'archive')];
    const options = { env, timeout: DOWNLOAD_TIMEOUT_MS, killSignal: 'SIGKILL', ...(signal && { signal }) } as const;
    await promisify(execFile)(process.execPath, ['--eval', DOWNLOAD, ...args], options).catch((error) => {
      throw new Error(error.stderr.trim() || error.message, { cause: error });
    });
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

/** Undefined when the program is missing or does not run, such as the placeholder on macOS. */
async function versionOf(command: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    return (await promisify(execFile)(command, ['-version'], { env: programEnvironment({}, env), timeout: 20_000 }))
      .stderr;
  } catch {
    return undefined;
  }
}

/** `openjdk version "17.0.15" ...` is 17; Java 8 calls itself `1.8.0`. */
function majorOf(version: string): number {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  return Number(first === '1' ? second : first);
}
