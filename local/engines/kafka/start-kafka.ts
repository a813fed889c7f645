import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '../../../tooling/log.ts';
import { freePort } from '../../../tooling/ports.ts';
import type { Engine } from '../engine.ts';
import { type SupervisedProcess, supervise } from '../processes/supervise.ts';
import { kafkaClassPath } from './jars.ts';
import { findJava, javaEnvironment } from './java.ts';
import { type ClassArchive, openClassArchive } from './jvm.ts';
import { LOG4J_PROPERTIES, serverProperties } from './properties.ts';

export interface KafkaOptions {
  /** Folder that keeps the broker's data between runs. */
  readonly dir: string;
  /** Folder that says which processes use the data folder; see {@link endOrphans}. */
  readonly runDir: string;
  /** Folder for Kafka itself, fetched once. */
  readonly cacheDir: string;
  /** Port of the plaintext listener; 0 means any free one. */
  readonly operatorPort: number;
  /** Port that clients of the MSK listener are sent to; 0 means any free one. */
  readonly mskPort: number;
  /** Further settings of the broker. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly log: Log;
  /** For tests; the process's own otherwise. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface Kafka extends Engine {
  /** Where the sign-in listener has to listen: the broker sends its clients there. */
  readonly mskPort: number;
  /** Where the sign-in listener reaches the broker: SASL/OAUTHBEARER in plaintext, tokens without a signature. */
  readonly mskBrokerPort: number;
}

const PORT_ATTEMPTS = 3;
const FORMAT_TIMEOUT_MS = 60_000;
/** Kafka's own default. */
const SESSION_TIMEOUT_MS = 9_000;
/** A broker that was killed may not register again before its old session is over. */
const SESSION_TIMEOUT_AFTER_KILL_MS = 2_000;

/**
 * Starts a Kafka cluster of one node. `port` is the operator's listener. Kafka is fetched first where it is missing.
 *
 * @throws UserError when Java or Kafka cannot be had
 */
export async function startKafka(options: KafkaOptions): Promise<Kafka> {
  const { dir, cacheDir, log, env = process.env } = options;
  const [java, classPath] = await Promise.all([
    findJava({ cacheDir, env, log }),
    kafkaClassPath({ cacheDir, env, log }),
  ]);
  const archive = openClassArchive(cacheDir, java, classPath);
  const jvm: Jvm = { command: java.command, args: jvmArgs(classPath, archive), env: javaEnvironment(env) };
  mkdirSync(dir, { recursive: true });

  for (let attempt = 1; ; attempt += 1) {
    const ports = {
      operator: options.operatorPort || (await freePort()),
      msk: await freePort(),
      mskAdvertised: options.mskPort || (await freePort()),
    };
    try {
      const broker = await startBroker(options, ports, jvm);
      return toEngine(broker, ports, archive);
    } catch (error) {
      // Between choosing a free port and Java's opening it, somebody else may have taken it.
      if (attempt === PORT_ATTEMPTS || !/address already in use/i.test((error as Error).message)) throw error;
      log.debug('a port was taken meanwhile, trying others: %s', (error as Error).message);
    }
  }
}

interface Jvm {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

type Ports = Omit<Parameters<typeof serverProperties>[0], 'controller'>;

async function startBroker(options: KafkaOptions, ports: Ports, jvm: Jvm): Promise<SupervisedProcess> {
  const { dir, log } = options;
  return supervise({
    name: 'kafka',
    runDir: options.runDir,
    async prepare() {
      const sessionTimeoutMs = wasKilled(dir) ? SESSION_TIMEOUT_AFTER_KILL_MS : SESSION_TIMEOUT_MS;
      const properties = serverProperties(
        { ...ports, controller: await freePort() },
        sessionTimeoutMs,
        options.properties,
      );
      writeFileSync(join(dir, 'server.properties'), properties);
      writeFileSync(join(dir, 'log4j2.properties'), LOG4J_PROPERTIES);
      // The JVM unpacks native libraries here and leaves them when it is killed.
      rmSync(join(dir, 'tmp'), { recursive: true, force: true });
      mkdirSync(join(dir, 'tmp'));
      await format(dir, jvm, log);
      return { ...jvm, args: [...jvm.args, 'kafka.Kafka', 'server.properties'], cwd: dir };
    },
    isReady: (line) => line.endsWith('Kafka Server started'),
    readyWithinMs: 120_000,
    onLine: (line) => relay(line, log),
    stopSignal: 'SIGTERM',
    stopWithinMs: 8_000,
    log,
  });
}

function toEngine(broker: SupervisedProcess, ports: Ports, archive: ClassArchive): Kafka {
  return {
    name: 'kafka',
    port: ports.operator,
    mskPort: ports.mskAdvertised,
    mskBrokerPort: ports.msk,
    get pid() {
      return broker.pid;
    },
    async stop() {
      const end = await broker.stop();
      archive.settle(end !== undefined && end.signal === null);
    },
  };
}

function jvmArgs(classPath: readonly string[], archive: ClassArchive): string[] {
  return [
    '-Xms128m',
    '-Xmx384m',
    // For a quick start and little memory; a development broker has no throughput to win with the others.
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:-UsePerfData',
    '-XX:+IgnoreUnrecognizedVMOptions',
    // The JVM's own remarks on the class archive.
    '-Xlog:disable',
    ...archive.jvmArgs,
    // The same on each system and in each version of Java.
    '-Dfile.encoding=UTF-8',
    '-Djava.awt.headless=true',
    '-Djava.io.tmpdir=tmp',
    '-Dlog4j2.configurationFile=log4j2.properties',
    '-cp',
    classPath.join(delimiter),
  ];
}

/** Gives the data folder its cluster id, once. The id is written last, so without it the folder holds nothing of worth. */
async function format(dir: string, jvm: Jvm, log: Log): Promise<void> {
  if (existsSync(join(dir, 'data', 'meta.properties'))) return;
  log.info('formatting the storage');
  rmSync(join(dir, 'data'), { recursive: true, force: true });
  // The tool would overwrite the class archive with its own few classes.
  const args = jvm.args.filter((arg) => !arg.startsWith('-XX:ArchiveClassesAtExit'));
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A');
  const command = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', 'server.properties'];
  await promisify(execFile)(jvm.command, [...args, ...command], { cwd: dir, env: jvm.env, timeout: FORMAT_TIMEOUT_MS });
}

/** Kafka writes a file when it has shut down in order, and removes it when it starts. */
function wasKilled(dir: string): boolean {
  return existsSync(join(dir, 'data', 'meta.properties')) && !existsSync(join(dir, 'data', '.kafka_cleanshutdown'));
}

function relay(line: string, log: Log): void {
  if (line.startsWith('ERROR ') || line.startsWith('FATAL ')) log.error(line);
  else if (line.startsWith('WARN ')) log.warn(line);
  else log.debug(line);
}
