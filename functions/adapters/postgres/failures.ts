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
