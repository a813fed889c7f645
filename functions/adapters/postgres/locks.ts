import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { OrderFlowError } from '../../domain/errors.ts';
import { isBlocked } from './failures.ts';
import { type RetryPolicy, untilUnblocked } from './until-unblocked.ts';

/** Arbitrary, but the same in every run. */
const MIGRATION_LOCK = 7_210_004;
/** Every later statement queues behind one that waits for a lock, and requests wait 1.2 s. */
export const LOCK_WAIT_MS = 500;
const STATEMENT_MS = 30_000;

export class MigrationBlockedError extends OrderFlowError {
  override readonly name = 'MigrationBlockedError';
  readonly code = 'migration_blocked';
  readonly retryable = true;
}

/**
 * Keeps other migrations away until the connection ends. Polls, because an index built concurrently waits for all running
 * statements, also for one that waits for a lock. @throws MigrationBlockedError
 */
export async function lockOutOtherMigrations(client: pg.Client, { attempts, pauseMs }: RetryPolicy): Promise<void> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
      MIGRATION_LOCK,
    ]);
    if (rows[0]?.locked) return;
    await delay(pauseMs);
  }
  throw new MigrationBlockedError('Another migration of this database is still running.');
}

/**
 * Runs `work` in a transaction that waits for a lock no longer than requests can wait behind it; retries all of it when it gets
 * none.
 *
 * @throws MigrationBlockedError when it got no lock, and nothing was changed; otherwise what `work` throws, and the connection
 *   must be ended
 */
export async function inTransaction<T>(
  client: pg.Client,
  retryPolicy: RetryPolicy,
  work: () => Promise<T>,
): Promise<T> {
  const attempt = async () => {
    await client.query(
      `BEGIN; SET LOCAL lock_timeout = ${LOCK_WAIT_MS}; SET LOCAL statement_timeout = ${STATEMENT_MS}`,
    );
    try {
      const result = await work();
      await client.query('COMMIT');
      return result;
    } catch (error) {
      // Otherwise ending the connection rolls back.
      if (isBlocked(error)) await client.query('ROLLBACK');
      throw error;
    }
  };
  return untilUnblocked(
    retryPolicy,
    attempt,
    async (attempts, cause) => new MigrationBlockedError(await describeBlockage(client, attempts), { cause }),
  );
}

/** Names no statement of other sessions: it may hold what belongs in no log. */
async function describeBlockage(client: pg.Client, attempts: number): Promise<string> {
  const { rows } = await client.query<{ pid: number; usename: string; application_name: string; seconds: number }>(
    `SELECT pid, usename, application_name, extract(epoch FROM now() - xact_start)::int AS seconds
     FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
     ORDER BY xact_start LIMIT 1`,
  );
  const found = rows.map(
    ({ pid, usename, application_name, seconds }) =>
      ` The oldest open transaction is that of process ${pid}, user ${usename}, program "${application_name}", open for ${seconds} s.`,
  );
  return `No lock was acquired in ${attempts} attempts, so nothing was changed.${found.join('')} End it and deploy again.`;
}
