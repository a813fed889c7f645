import pg from 'pg';
import type { UserRefusal } from '../../domain/errors.ts';

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const INVALID_PASSWORD = '28P01';
/** Connection exceptions, authorization, insufficient resources, system errors. */
const UNAVAILABLE_CLASSES = new Set(['08', '28', '53', '58']);
/** Ended by the administrator, crash shutdown, ended while idle. */
const CONNECTION_ENDED_CODES = new Set(['57P01', '57P02', '57P05']);
/** Beside those: cannot connect now, statement timed out, read-only during a failover. */
const UNAVAILABLE_CODES = new Set([...CONNECTION_ENDED_CODES, '57P03', '57014', '25006']);
/** Lock timeout, deadlock. */
const BLOCKED_CODES = new Set(['55P03', '40P01']);

/** The user is in another shard, or on the way there. Of a class that every release takes for an unavailable shard. */
const USER_REFUSED_CODES = new Set(['53M01', '53M02']);

/** Happens while the password is rotated. */
export function isLoginRefused(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === INVALID_PASSWORD;
}

/** Whether other sessions held what the statement had to lock, so that it may work later. */
export function isBlocked(error: unknown): boolean {
  return error instanceof pg.DatabaseError && BLOCKED_CODES.has(error.code ?? '');
}

/** A new connection may work at once. */
export function isConnectionLost(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || CONNECTION_ENDED_CODES.has(error.code ?? '');
}

/** Unlike when it refused this very statement. */
export function isUnavailable(error: unknown): boolean {
  // Without an SQLSTATE no server responded: name resolution, sockets, TLS, timeouts, the secret.
  if (!(error instanceof pg.DatabaseError)) return true;
  const code = error.code ?? '';
  return UNAVAILABLE_CODES.has(code) || UNAVAILABLE_CLASSES.has(code.slice(0, 2));
}

/** @returns what the shard said when it does not have the user: guard_orders in scripts/migrations/ */
export function refusalOf(error: unknown): UserRefusal | undefined {
  if (!(error instanceof pg.DatabaseError) || !USER_REFUSED_CODES.has(error.code ?? '')) return undefined;
  const { attempt, expired, ...refusal } = JSON.parse(error.detail ?? '{}');
  return { ...refusal, ...(attempt !== undefined && { leaving: { attempt, expired } }) };
}

/** Why a step of a move came too late, or too early, as the shard says it; undefined for any other failure. */
export function attemptOver(error: unknown): string | undefined {
  const cause = causeOf(error);
  return cause?.code === '53M03' ? cause.message : undefined;
}

/** What the database said, when an error of the domain wraps it. */
function causeOf(error: unknown): pg.DatabaseError | undefined {
  if (error instanceof pg.DatabaseError) return error;
  return error instanceof Error && error.cause !== undefined ? causeOf(error.cause) : undefined;
}
