import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { programEnvironment } from '../../../tooling/environment.ts';
import { UserError } from '../../../tooling/errors.ts';
import type { Log } from '../../../tooling/log.ts';
import { processCommand } from '../../../tooling/processes.ts';
import type { PostgresBinaries } from './binaries.ts';
import type { Launcher } from './unprivileged-user.ts';

export interface ClusterContent {
  readonly superuser: { readonly name: string; readonly password: string };
  readonly database: string;
}

export const POSTGRES_ENV = programEnvironment({ LC_ALL: 'C' });

const SETUP_TIMEOUT_MS = 60_000;

/**
 * Creates a database cluster in `<dir>/data` if there is none, and makes sure that it has this superuser, password and
 * database. Existing data is kept. A set-up that was interrupted, or ended by `signal`, starts over.
 */
export async function ensureCluster(
  dir: string,
  content: ClusterContent,
  binaries: PostgresBinaries,
  launcher: Launcher,
  { log, signal }: { log: Log; signal?: AbortSignal | undefined },
): Promise<void> {
  const data = join(dir, 'data');
  // The content of the last set-up: when it is still the same, no extra server run is needed.
  const marker = join(dir, 'content.sha256');
  if (!existsSync(data)) {
    log.info('creating the database cluster');
    rmSync(marker, { force: true });
    await initialise(`${data}.draft`, content.superuser.name, binaries, launcher, signal);
    renameSync(`${data}.draft`, data);
  }
  const wanted = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  await applyContent(data, content, binaries, launcher, signal);
  writeFileSync(marker, wanted, { mode: 0o600 });
}

/** @throws UserError when there is a cluster in `<dir>/data` that does not belong to `uid`, the user that Postgres will run as */
export function assertOwnCluster(dir: string, uid: number | undefined): void {
  const data = join(dir, 'data');
  const owner = statSync(data, { throwIfNoEntry: false })?.uid;
  if (owner === undefined || uid === undefined || owner === uid) return;
  throw new UserError(
    `The database in ${data} belongs to user id ${owner}, but Postgres would now run as user id ${uid} (for root, that is "nobody"). Start as the user who created it, or choose another data folder with --data-dir.`,
  );
}

/** @throws UserError when there is a cluster in `<dir>/data` of another major version, whose files this Postgres cannot read */
export function assertSameMajor(dir: string, major: string): void {
  const data = join(dir, 'data');
  const file = join(data, 'PG_VERSION');
  const found = existsSync(file) ? readFileSync(file, 'utf8').trim() : major;
  if (found === major) return;
  throw new UserError(
    `The database in ${data} was written by Postgres ${found}, and Postgres ${major} cannot read it. Delete all local data with \`npm run reset\`, or choose another data folder with --data-dir.`,
  );
}

/** Removes the lock file of a killed server whose process id now belongs to another program: Postgres would refuse to start. */
export function removeStaleLock(dir: string): void {
  const data = join(dir, 'data');
  const lock = join(data, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number.parseInt(readFileSync(lock, 'utf8'), 10);
  if (!processCommand(pid)?.includes(data)) rmSync(lock, { force: true });
}

async function initialise(
  data: string,
  superuser: string,
  binaries: PostgresBinaries,
  launcher: Launcher,
  signal: AbortSignal | undefined,
): Promise<void> {
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { mode: 0o700 });
  if (launcher.user) chownSync(data, launcher.user.uid, launcher.user.gid);
  const args = [
    `--pgdata=${data}`,
    `--username=${superuser}`,
    // The password and the real access rules are set before the first start.
    '--auth=reject',
    '--encoding=UTF8',
    // The built-in locale is the same on every system.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-sync',
    '--no-instructions',
  ];
  await run(launcher, binaries.initdb, args, { signal });
}

/** Uses single-user mode: it asks for no password, so a changed one is no obstacle, and goes on after a failed statement. */
async function applyContent(
  data: string,
  content: ClusterContent,
  binaries: PostgresBinaries,
  launcher: Launcher,
  signal: AbortSignal | undefined,
): Promise<void> {
  // -j: a statement ends with a semicolon and an empty line. %e is the SQLSTATE. A failed statement is not logged: it may
  // contain the password.
  const settings = ['-c', 'log_line_prefix=%e ', '-c', 'log_min_error_statement=panic'];
  const args = ['--single', '-j', '-D', data, ...settings, 'postgres'];
  const output = await run(launcher, binaries.postgres, args, { input: contentSql(content), signal });
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

async function run(
  launcher: Launcher,
  program: string,
  args: readonly string[],
  { input = '', signal }: { input?: string; signal: AbortSignal | undefined },
): Promise<string> {
  const launch = launcher.wrap(program, args);
  const child = spawn(launch.command, launch.args, {
    ...launch.user,
    env: POSTGRES_ENV,
    stdio: ['pipe', 'ignore', 'pipe'],
    timeout: SETUP_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    ...(signal && { signal }),
  });
  // A program that fails early closes its input. Its exit code and output say why.
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
