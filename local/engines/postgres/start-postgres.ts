import { lookup } from 'node:dns/promises';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../../tooling/log.ts';
import { freePort } from '../../../tooling/ports.ts';
import type { Certificate } from '../../tls/authority.ts';
import type { Engine } from '../engine.ts';
import { supervise } from '../processes/supervise.ts';
import { findPostgresBinaries } from './binaries.ts';
import { ensureCluster, POSTGRES_ENV, refuseForeignCluster, removeStaleLock } from './cluster.ts';
import { chooseRunner, type Runner } from './unprivileged-user.ts';

export interface PostgresOptions {
  /** Names the server in the log and among the processes of the run, such as `shard1`. */
  readonly name: string;
  /** Folder that keeps the server's data between runs. */
  readonly dir: string;
  /** Folder that says which processes use the data folder; see {@link endOrphans}. */
  readonly runDir: string;
  /** Port on loopback; 0 means any free one. */
  readonly port: number;
  readonly superuser: { readonly name: string; readonly password: string };
  /** Created, owned by the superuser, when it is missing. */
  readonly database: string;
  /** The server's, for TLS; connections are in plain text without it. */
  readonly certificate?: Certificate;
  /** Postgres' own settings, as in postgresql.conf; they do not touch where the server listens, its TLS and its log's form. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly log: Log;
}

/**
 * Starts a Postgres server. Clients on loopback connect with a password, and with TLS where the server has a certificate:
 * without TLS they are refused then, as RDS does with `rds.force_ssl=1`. A changed password, database name or certificate
 * takes effect with the next start.
 *
 * @throws Error that names the setting which Postgres does not know or take, and UserError when this machine or user cannot run Postgres, or the data belongs to another user
 */
export async function startPostgres(options: PostgresOptions): Promise<Engine> {
  const { name, dir, log } = options;
  const port = options.port || (await freePort());
  mkdirSync(dir, { recursive: true });
  const binaries = await findPostgresBinaries();
  const runner = await chooseRunner(binaries.postgres, dir);
  refuseForeignCluster(dir, runner.user?.uid ?? process.getuid?.());
  removeStaleLock(dir);
  await ensureCluster(dir, options, binaries, runner, log);
  writeAccessRules(dir, options.certificate, runner);
  const hosts = await loopbackAddresses();

  const server = await supervise({
    name,
    runDir: options.runDir,
    prepare: async () => ({
      ...runner.wrap(binaries.postgres, serverArgs(dir, port, hosts, options)),
      cwd: dir,
      env: POSTGRES_ENV,
    }),
    isReady: (line) => line.includes('database system is ready to accept connections'),
    readyWithinMs: 60_000,
    onLine: (line) => (line.startsWith('PANIC:') ? log.error(line) : log.debug(line)),
    // "Fast shutdown": open sessions are ended, what is committed is safe.
    stopSignal: 'SIGINT',
    stopWithinMs: 6_000,
    log,
  });
  return {
    name,
    port,
    get pid() {
      return server.pid;
    },
    async stop() {
      await server.stop();
    },
  };
}

/** Where clients that connect to `localhost` may arrive. */
async function loopbackAddresses(): Promise<string[]> {
  const resolved = await lookup('localhost', { all: true }).catch(() => []);
  return ['127.0.0.1', ...(resolved.some(({ address }) => address === '::1') ? ['::1'] : [])];
}

function serverArgs(
  dir: string,
  port: number,
  hosts: readonly string[],
  { parameters = {}, certificate }: Pick<PostgresOptions, 'parameters' | 'certificate'>,
): string[] {
  const settings = {
    timezone: 'UTC',
    // Fewer processes per server: the workers of asynchronous I/O do not pay for themselves here.
    io_method: 'sync',
    ...parameters,
    port: String(port),
    listen_addresses: hosts.join(','),
    unix_socket_directories: '',
    hba_file: join(dir, 'pg_hba.conf'),
    ...(certificate === undefined
      ? { ssl: 'off' }
      : { ssl: 'on', ssl_cert_file: join(dir, 'server.crt'), ssl_key_file: join(dir, 'server.key') }),
    // The runner reads what the server writes.
    log_destination: 'stderr',
    logging_collector: 'off',
    log_line_prefix: '',
    log_timezone: 'UTC',
  };
  return ['-D', join(dir, 'data'), ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])];
}

function writeAccessRules(dir: string, certificate: Certificate | undefined, runner: Runner): void {
  const kind = certificate === undefined ? 'host' : 'hostssl';
  const rules = ['127.0.0.1/32', '::1/128'].map((from) => `${kind} all all ${from} scram-sha-256\n`).join('');
  writeOwned(join(dir, 'pg_hba.conf'), rules, runner);
  if (certificate === undefined) return;
  writeOwned(join(dir, 'server.crt'), certificate.certificatePem, runner);
  // Postgres refuses a key that others may read.
  writeOwned(join(dir, 'server.key'), certificate.keyPem, runner);
}

function writeOwned(path: string, content: string, { user }: Runner): void {
  writeFileSync(path, content, { mode: 0o600 });
  if (user) chownSync(path, user.uid, user.gid);
}
