import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { UserError } from '../../../tooling/errors.ts';
import type { Log } from '../../../tooling/log.ts';
import { processCommand } from '../../../tooling/processes.ts';
import type { PostgresBinaries } from './binaries.ts';
import type { Runner } from './unprivileged-user.ts';

/** What has to be in a cluster before clients come. */
export interface ClusterContent {
  readonly superuser: { readonly name: string; readonly password: string };
  readonly database: string;
}

/** Programs of Postgres get nothing of the runner's environment but what they need. */
export const POSTGRES_ENV: NodeJS.ProcessEnv = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };

const SETUP_TIMEOUT_MS = 60_000;

/**
 * Makes sure that a folder holds a database cluster with this superuser, password and database. What is there stays as
 * it is; a set-up that was interrupted is begun again.
 *
 * @param dir folder of the cluster, which becomes `<dir>/data`
 */
export async function ensureCluster(
  dir: string,
  content: ClusterContent,
  binaries: PostgresBinaries,
  runner: Runner,
  log: Log,
): Promise<void> {
  const data = join(dir, 'data');
  // Remembers what was set up last, so that a start with the same content needs no extra server run.
  const marker = join(dir, 'content.sha256');
  if (!existsSync(data)) {
    log.info('creating the database cluster');
    rmSync(marker, { force: true });
    await initialise(`${data}.draft`, content.superuser.name, binaries, runner);
    renameSync(`${data}.draft`, data);
  }
  const wanted = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  await applyContent(data, content, binaries, runner);
  writeFileSync(marker, wanted, { mode: 0o600 });
}

/**
 * Postgres works only on files of the user that it runs as.
 *
 * @param dir folder of the cluster; one without a cluster is anybody's
 * @param uid the user that Postgres is to run as; undefined on a system without user ids
 * @throws UserError when the cluster belongs to somebody else
 */
export function refuseForeignCluster(dir: string, uid: number | undefined): void {
  const data = join(dir, 'data');
  const owner = statSync(data, { throwIfNoEntry: false })?.uid;
  if (owner === undefined || uid === undefined || owner === uid) return;
  throw new UserError(
    `The database in ${data} belongs to user id ${owner}, and Postgres would run as user id ${uid} now (for root, that is "nobody"). Start as the user who started it the first time, or name another data folder with --data-dir.`,
  );
}

/**
 * Removes the lock file of a server that was killed when its process id belongs to another process by now. Postgres looks
 * at the id alone and would refuse to start.
 */
export function removeStaleLock(dir: string): void {
  const data = join(dir, 'data');
  const lock = join(data, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number.parseInt(readFileSync(lock, 'utf8'), 10);
  if (!processCommand(pid)?.includes(data)) rmSync(lock, { force: true });
}

async function initialise(data: string, superuser: string, binaries: PostgresBinaries, runner: Runner): Promise<void> {
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { mode: 0o700 });
  if (runner.user) chownSync(data, runner.user.uid, runner.user.gid);
  const args = [
    `--pgdata=${data}`,
    `--username=${superuser}`,
    // Nobody gets in by what initdb writes: the password is set and the access rules are replaced before the first start.
    '--auth=reject',
    '--encoding=UTF8',
    // The locale built into Postgres: the same on every system, whichever locales are installed.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-sync',
    '--no-instructions',
  ];
  await run(runner, binaries.initdb, args);
}

/** In single-user mode nobody else can connect and no password is asked for, so a changed one is no obstacle. */
async function applyContent(
  data: string,
  content: ClusterContent,
  binaries: PostgresBinaries,
  runner: Runner,
): Promise<void> {
  // -j: a statement ends with a semicolon and an empty line, so it may have several lines. %e is the SQLSTATE.
  // A failed statement is not shown: it may hold the password.
  const settings = ['-c', 'log_line_prefix=%e ', '-c', 'log_min_error_statement=panic'];
  const args = ['--single', '-j', '-D', data, ...settings, 'postgres'];
  const output = await run(runner, binaries.postgres, args, contentSql(content));
  // A failed statement does not end this mode. Whether the database exists cannot be asked before creating it.
  const failure = output
    .split('\n')
    .find((line) => /^\w{5} (ERROR|FATAL)/.test(line) && !line.startsWith(DUPLICATE_DATABASE));
  if (failure) throw new Error(`Setting up the database cluster ${data} failed: ${failure}`);
}

const DUPLICATE_DATABASE = '42P04';

function contentSql({ superuser, database }: ClusterContent): string {
  const role = quoteIdentifier(superuser.name);
  const exists = `SELECT FROM pg_roles WHERE rolname = ${quoteLiteral(superuser.name)}`;
  return [
    `DO $do$ BEGIN IF NOT EXISTS (${exists}) THEN CREATE ROLE ${role}; END IF; END $do$`,
    `ALTER ROLE ${role} WITH LOGIN SUPERUSER PASSWORD ${quoteLiteral(superuser.password)}`,
    `CREATE DATABASE ${quoteIdentifier(database)} OWNER ${role}`,
  ]
    .map((statement) => `${statement};\n\n`)
    .join('');
}

const quoteIdentifier = (name: string) => `"${name.replaceAll('"', '""')}"`;
const quoteLiteral = (value: string) => `'${value.replaceAll("'", "''")}'`;

/** Runs a program to its end and gives what it wrote to stderr. */
async function run(runner: Runner, program: string, args: readonly string[], input = ''): Promise<string> {
  const launch = runner.wrap(program, args);
  const child = spawn(launch.command, launch.args, {
    ...launch.user,
    env: POSTGRES_ENV,
    stdio: ['pipe', 'ignore', 'pipe'],
    timeout: SETUP_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  // A program that fails early closes its input; its exit code and output say why.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [output, code] = await Promise.all([text(child.stderr), exitCode(child)]);
  if (code !== 0) throw new Error(`${program} failed (exit code ${code}):\n${output}`);
  return output;
}

function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}
