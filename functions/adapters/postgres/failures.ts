import pg from 'pg';

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

/** Why a shard refuses a user: another has them. */
export interface Moved {
  /** The id of the shard that has the user, as far as this one knows; null when it does not. */
  readonly peer: number | null;
  readonly move: number;
  /** The user has no orders here: `peer` welcomes them. */
  readonly new: boolean;
  /** The user has not come here yet. */
  readonly notYet: boolean;
}

/** Why a shard refuses a user for a moment: nobody has them. */
export interface Leaving {
  readonly peer: number;
  readonly move: number;
  readonly attempt: number;
  /** The lease has ended: whoever finds this finishes or undoes the move. */
  readonly expired: boolean;
}

/** @returns what the shard said when another one has the user */
export function isMoved(error: unknown): Moved | undefined {
  return detailOf<Moved>(error, '53M01');
}

/** @returns what the shard said when the user is on the way to another */
export function isLeaving(error: unknown): Leaving | undefined {
  return detailOf<Leaving>(error, '53M02');
}

/** Whether a step of a move came too late: a later attempt or move has begun. */
export function isAttemptOver(error: unknown): boolean {
  return causeOf(error)?.code === '53M03';
}

function detailOf<Detail>(error: unknown, code: string): Detail | undefined {
  const refusal = causeOf(error);
  return refusal?.code === code ? JSON.parse(refusal.detail ?? '{}') : undefined;
}

/** What the database said, when an error of the domain wraps it. */
function causeOf(error: unknown): pg.DatabaseError | undefined {
  if (error instanceof pg.DatabaseError) return error;
  return error instanceof Error && error.cause !== undefined ? causeOf(error.cause) : undefined;
}
