import { join } from 'node:path';
import type pg from 'pg';
import Postgrator from 'postgrator';
import { inTransaction } from './locks.ts';
import type { RetryPolicy } from './until-unblocked.ts';

export interface Migrated {
  readonly applied: readonly string[];
  /** A later release has changed the schema in ways that these migrations do not know. */
  readonly isAhead: boolean;
}

/**
 * Applies missing migrations in order, each in a transaction unless it builds indexes concurrently: that one must be
 * repeatable.
 *
 * @param folder with `<number>.do.<name>.sql` files
 * @throws MigrationBlockedError; Error when there are no migrations, one fails, or an applied one has been changed
 */
export async function applyMigrations(client: pg.Client, folder: string, retryPolicy: RetryPolicy): Promise<Migrated> {
  const postgrator = new Postgrator({
    driver: 'pg',
    schemaTable: 'schema_migrations',
    // The pattern is a glob, the folder is not.
    migrationPattern: join(folder.replace(/[[\]{}()?*!+@\\]/g, '\\$&'), '*.sql'),
    newline: 'LF',
    execQuery: (query) => client.query(query),
    execSqlScript: (script) => execute(client, script),
  });
  const known = await postgrator.getMigrations();
  if (known.length === 0) throw new Error(`There are no migrations in ${folder}.`);
  const schemaVersion = await postgrator.getDatabaseVersion();
  const lastVersion = await postgrator.getMaxVersion();
  await postgrator.validateMigrations(Math.min(schemaVersion, lastVersion));
  const missing = postgrator.getRunnableMigrations(schemaVersion, Math.max(schemaVersion, lastVersion));
  for (const { version, name, getSql } of missing) {
    const apply = () => postgrator.migrate(String(version));
    try {
      if (statementsOf(getSql()).some(isConcurrent)) await apply();
      else await inTransaction(client, retryPolicy, apply);
    } catch (cause) {
      throw new Error(`The migration ${version} ${name} failed: ${messageOf(cause)}`, { cause });
    }
  }
  return {
    applied: missing.map(({ version, name }) => `${version} ${name}`),
    isAhead: schemaVersion > lastVersion,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Several statements in one request are a transaction, which a concurrent one must not be in. */
async function execute(client: pg.Client, script: string): Promise<void> {
  const statements = statementsOf(script);
  for (const part of statements.some(isConcurrent) ? statements : [script]) await client.query(part);
}

/** The statements of an SQL script without its comments. String literals must hold no semicolon and no comment. */
export function statementsOf(script: string): string[] {
  return script
    .replace(/\/\*[\s\S]*?\*\/|--.*$/gm, ' ')
    .split(';')
    .map((statement) => statement.replace(/\s+/g, ' ').trim())
    .filter((statement) => statement !== '');
}

/** Postgres refuses to run it inside a transaction. */
export function isConcurrent(statement: string): boolean {
  return /^(CREATE|DROP) (UNIQUE )?INDEX CONCURRENTLY\b/i.test(statement);
}
