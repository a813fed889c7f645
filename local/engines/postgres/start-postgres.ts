import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../../tooling/log.ts';
import { addressesOfLocalhost, freePort } from '../../../tooling/ports.ts';
import type { Certificate } from '../../tls/authority.ts';
import { type Engine, supervise } from '../processes/supervise.ts';
import { findPostgresBinaries } from './binaries.ts';
import { assertOwnCluster, assertSameMajor, ensureCluster, POSTGRES_ENV, removeStaleLock } from './cluster.ts';
import { chooseLauncher, type Launcher, makeFolder } from './unprivileged-user.ts';

export interface PostgresOptions {
  /** Name in the log and of the pid file. */
  readonly name: string;
  /** Folder that keeps the server's data between runs. */
  readonly dir: string;
  /** Folder for the pid files; see {@link endOrphans}. */
  readonly runDir: string;
  /** 0 means any free port. */
  readonly port: number;
  /** Where on loopback it listens; by default wherever `localhost` leads. */
  readonly host?: string | undefined;
  readonly superuser: { readonly name: string; readonly password: string };
  /** Created if missing, and owned by the superuser. */
  readonly database: string;
  /** For TLS; without it, connections are in plain text. */
  readonly certificate?: Certificate;
  /** Settings as in postgresql.conf. They do not override where the server listens, its TLS or the form of its log. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Gives the start up when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  readonly log: Log;
}

export interface PostgresServer extends Engine {
  /** On loopback; it stays the same over restarts. */
  readonly port: number;
}

/** Ends open sessions instead of waiting for them. */
const FAST_SHUTDOWN = 'SIGINT';

/**
 * Starts a Postgres server. Clients on loopback sign in with a password. If the server has a certificate, it refuses
 * connections without TLS, as RDS does with `rds.force_ssl=1`. A changed password, database name or certificate takes
 * effect at the next start.
 *
 * @throws Error that names a setting which Postgres rejects
 * @throws UserError when this machine or user cannot run Postgres, or the data belongs to another user or version
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { name, dir, log } = options;
  const port = options.port || (await freePort());
  makeFolder(dir);
  const binaries = await findPostgresBinaries();
  assertSameMajor(dir, binaries.major);
  const launcher = await chooseLauncher(binaries.postgres, dir);
  assertOwnCluster(dir, launcher.user?.uid ?? process.getuid?.());
  removeStaleLock(dir);
  await ensureCluster(dir, options, binaries, launcher, options);
  writeAccessRules(dir, options.certificate, launcher);
  const hosts = options.host === undefined ? await addressesOfLocalhost() : [options.host];

  const server = await supervise({
    name,
    runDir: options.runDir,
    prepare: async () => ({
      ...launcher.wrap(binaries.postgres, serverArgs(dir, port, hosts, options)),
      cwd: dir,
      env: POSTGRES_ENV,
    }),
    isReady: (line) => line.includes('database system is ready to accept connections'),
    crashOf: (line) => /^LOG: +(.* \(PID \d+\) was terminated by signal .*)$/.exec(line)?.[1],
    readyWithinMs: 60_000,
    onLine: (line) => (line.startsWith('PANIC:') ? log.error(line) : log.debug(line)),
    stopSignal: FAST_SHUTDOWN,
    stopWithinMs: 6_000,
    signal: options.signal,
    log,
  });
  return Object.assign(server, { port });
}

function serverArgs(
  dir: string,
  port: number,
  hosts: readonly string[],
  { parameters = {}, certificate }: Pick<PostgresOptions, 'parameters' | 'certificate'>,
): string[] {
  const settings = {
    timezone: 'UTC',
    io_method: 'sync', // workers do not pay off here
    ...parameters,
    port: String(port),
    listen_addresses: hosts.join(','),
    unix_socket_directories: '',
    hba_file: join(dir, 'pg_hba.conf'),
    ...(certificate === undefined
      ? { ssl: 'off' }
      : { ssl: 'on', ssl_cert_file: join(dir, 'server.crt'), ssl_key_file: join(dir, 'server.key') }),
    log_destination: 'stderr',
    logging_collector: 'off',
    log_line_prefix: '',
    log_timezone: 'UTC',
  };
  return ['-D', join(dir, 'data'), ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])];
}

function writeAccessRules(dir: string, certificate: Certificate | undefined, launcher: Launcher): void {
  const kind = certificate === undefined ? 'host' : 'hostssl';
  const rules = ['127.0.0.1/32', '::1/128'].map((from) => `${kind} all all ${from} scram-sha-256\n`).join('');
  writeOwned(join(dir, 'pg_hba.conf'), rules, launcher);
  if (certificate === undefined) return;
  writeOwned(join(dir, 'server.crt'), certificate.certificatePem, launcher);
  writeOwned(join(dir, 'server.key'), certificate.keyPem, launcher);
}

function writeOwned(path: string, content: string, { user }: Launcher): void {
  writeFileSync(path, content, { mode: 0o600 });
  if (user) chownSync(path, user.uid, user.gid);
}
