import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';

/** What a user may do. Everything else is revoked. `on` is as GRANT names it: a table by its name alone. */
export type Rights = readonly { readonly on: string; readonly rights: string }[];

/** All that the functions may do that serve requests, events and schedules. */
export const APPLICATION_RIGHTS: Rights = [
  {
    on: 'orders',
    rights:
      'SELECT, INSERT, UPDATE (status, updated_at, changed_at, renewed_at, receipt_stored_at, event_published_at, event_partition, event_offset)',
  },
  { on: 'outbox', rights: 'SELECT, INSERT, UPDATE, DELETE' },
  { on: 'part_transitions', rights: 'SELECT, INSERT, DELETE' },
  { on: 'order_statistics', rights: 'SELECT, INSERT, UPDATE, DELETE' },
  { on: 'order_statistics_delta', rights: 'SELECT, INSERT, UPDATE, DELETE' },
  { on: 'placements', rights: 'SELECT' },
  { on: 'FUNCTION move_refuse, move_left, move_stay, move_welcome', rights: 'EXECUTE' },
];

/** Of `move-users` and `user-data`, as `ordermover`. */
export const MOVER_RIGHTS: Rights = [
  {
    on: 'orders, orders_archive, outbox, order_statistics, order_statistics_delta, placements, shard_move, shard_ranges',
    rights: 'SELECT',
  },
  {
    on:
      'FUNCTION move_claim, move_page, move_leave, move_left, move_stay, move_archive, move_forget, move_expect, move_take, ' +
      'move_arrive, move_refuse, move_clear, move_ranges, move_shards, move_own, move_merge, move_yield, ' +
      'erase_orders, erase_traces',
    rights: 'EXECUTE',
  },
];

export interface DatabaseUser {
  readonly username: string;
  readonly password: string;
  /** Then its password is left alone: a rotation may be about to make it the current one. */
  readonly canLogIn: boolean;
}

/** Creates or updates a user. @param client the master user's connection, inside a transaction */
export async function ensureDatabaseUser(client: pg.Client, user: DatabaseUser, granted: Rights): Promise<void> {
  const name = pg.escapeIdentifier(user.username);
  const database = pg.escapeIdentifier(client.database ?? '');
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [user.username]);
  if (rowCount === 0 || !user.canLogIn) {
    const verb = rowCount === 0 ? 'CREATE' : 'ALTER';
    await client.query(`${verb} ROLE ${name} LOGIN PASSWORD ${pg.escapeLiteral(scramVerifier(user.password))}`);
  }
  await client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
  await client.query(`GRANT CONNECT ON DATABASE ${database} TO ${name}`);
  await client.query(`REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${name}`);
  await client.query(`REVOKE ALL ON ALL ROUTINES IN SCHEMA public FROM ${name}`);
  for (const { on, rights } of granted) await client.query(`GRANT ${rights} ON ${on} TO ${name}`);
}

/**
 * What Postgres stores instead of a password. Computed here to keep the password out of statements and server logs.
 * https://www.postgresql.org/docs/current/catalog-pg-authid.html
 */
function scramVerifier(password: string): string {
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  const serverKey = hmac('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
