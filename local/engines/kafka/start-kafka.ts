import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '../../../tooling/log.ts';
import { freePort } from '../../../tooling/ports.ts';
import { type Engine, supervise } from '../processes/supervise.ts';
import { brokerLog } from './broker-log.ts';
import { claimKafkaData } from './data-version.ts';
import { type Denial, readDenial } from './denial.ts';
import { kafkaClassPath } from './jars.ts';
import { findJava } from './java.ts';
import { type KafkaJvm, kafkaJvm } from './jvm.ts';
import { LOG4J_PROPERTIES, serverProperties } from './properties.ts';

export interface KafkaOptions {
  /** Folder that keeps the broker's data between runs. */
  readonly dir: string;
  /** Folder for the pid files; see {@link endOrphans}. */
  readonly runDir: string;
  /** Folder for the downloaded Kafka. */
  readonly cacheDir: string;
  /** Where on loopback it listens, if not at 127.0.0.1. Something there must pass on what comes to the plaintext port. */
  readonly host?: string;
  /** Plaintext listener; 0 means any free port. */
  readonly plaintextPort: number;
  /** Port that the broker sends clients of the SASL listener to; 0 means any free port. */
  readonly saslAdvertisedPort: number;
  readonly properties?: Readonly<Record<string, string>>;
  /** Told what the broker refuses its users. */
  readonly onDenial?: (denial: Denial) => void;
  /** Gives the start up when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  readonly log: Log;
  readonly env?: NodeJS.ProcessEnv;
}

/** Its ports are on loopback, and stay the same over restarts. */
export interface Kafka extends Engine {
  readonly host: string;
  readonly plaintextPort: number;
  /** The sign-in listener reaches the broker here: SASL/OAUTHBEARER in plaintext, with unsigned tokens. */
  readonly saslPort: number;
  /** The claim in which such a token names the user. It is secret: whoever knows it is any user. */
  readonly userClaim: string;
  /** The sign-in listener has to listen here: the broker sends its clients to this port. */
  readonly saslAdvertisedPort: number;
}

const PORT_ATTEMPTS = 3;
const FORMAT_TIMEOUT_MS = 60_000;
const SESSION_TIMEOUT_MS = 9_000;
/** A killed broker cannot register again before its old session has expired. */
const SESSION_TIMEOUT_AFTER_KILL_MS = 2_000;

/**
 * Starts a Kafka cluster of one node, after downloading Kafka if need be.
 *
 * @throws UserError when Java or Kafka cannot be found or downloaded, or a newer Kafka has written the data
 */
export async function startKafka(options: KafkaOptions): Promise<Kafka> {
  const { dir, cacheDir, log, signal, env = process.env } = options;
  const [java, classPath] = await Promise.all([
    findJava({ cacheDir, env, log, signal }),
    kafkaClassPath({ cacheDir, env, log, signal }),
  ]);
  signal?.throwIfAborted();
  const jvm = kafkaJvm({ java, classPath, cacheDir, env });
  mkdirSync(dir, { recursive: true });
  claimKafkaData(dir, classPath);

  for (let attempt = 1; ; attempt += 1) {
    const access = {
      host: options.host ?? '127.0.0.1',
      plaintextPort: options.plaintextPort || (await freePort()),
      saslPort: await freePort(),
      saslAdvertisedPort: options.saslAdvertisedPort || (await freePort()),
      userClaim: randomBytes(16).toString('hex'),
    };
    try {
      return Object.assign(await startBroker(options, access, jvm), access);
    } catch (error) {
      // Another process may take a free port before Java opens it.
      if (attempt === PORT_ATTEMPTS || !/address already in use/i.test((error as Error).message)) throw error;
      log.debug('a port was taken in the meantime, trying others: %s', (error as Error).message);
    }
  }
}

type Access = Pick<Kafka, 'host' | 'plaintextPort' | 'saslPort' | 'saslAdvertisedPort' | 'userClaim'>;

function startBroker(options: KafkaOptions, access: Access, jvm: KafkaJvm): Promise<Engine> {
  const { dir, log } = options;
  const isReady = (line: string) => line.endsWith('Kafka Server started');
  let relay = brokerLog(log, isReady);
  return supervise({
    name: 'kafka',
    runDir: options.runDir,
    async prepare() {
      relay = brokerLog(log, isReady);
      const sessionTimeoutMs = wasKilled(dir) ? SESSION_TIMEOUT_AFTER_KILL_MS : SESSION_TIMEOUT_MS;
      const properties = serverProperties(
        { ...access, controllerPort: await freePort() },
        sessionTimeoutMs,
        options.properties,
      );
      writeFileSync(join(dir, 'server.properties'), properties);
      writeFileSync(join(dir, 'log4j2.properties'), LOG4J_PROPERTIES);
      // The JVM unpacks native libraries here and leaves them behind when it is killed.
      rmSync(join(dir, 'tmp'), { recursive: true, force: true });
      mkdirSync(join(dir, 'tmp'));
      await format(dir, jvm, options);
      const args = [...jvm.args, ...jvm.brokerArgs, 'kafka.Kafka', 'server.properties'];
      return { command: jvm.command, args, cwd: dir, env: jvm.env };
    },
    isReady,
    readyWithinMs: 120_000,
    onLine(line) {
      relay(line);
      const denial = readDenial(line);
      if (denial) options.onDenial?.(denial);
    },
    stopSignal: 'SIGTERM',
    stopWithinMs: 8_000,
    onStopped: (end) => jvm.brokerEnded(end !== undefined && end.signal === null),
    signal: options.signal,
    log,
  });
}

/** Gives the data folder its cluster id, once. The tool writes the id last: without it, the folder holds nothing of value. */
async function format(dir: string, jvm: KafkaJvm, { log, signal }: KafkaOptions): Promise<void> {
  if (existsSync(join(dir, 'data', 'meta.properties'))) return;
  log.info('formatting the storage');
  rmSync(join(dir, 'data'), { recursive: true, force: true });
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A');
  const command = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', 'server.properties'];
  await promisify(execFile)(jvm.command, [...jvm.args, ...command], {
    cwd: dir,
    env: jvm.env,
    timeout: FORMAT_TIMEOUT_MS,
    ...(signal && { signal }),
  });
}

/** Kafka writes the file at an orderly shutdown and removes it at the next start. */
function wasKilled(dir: string): boolean {
  return existsSync(join(dir, 'data', 'meta.properties')) && !existsSync(join(dir, 'data', '.kafka_cleanshutdown'));
}
