import type { PoolConfig } from 'pg';
import type { DatabaseSecret } from '../database-secrets.ts';

export interface ConnectionLimits {
  /** In milliseconds. */
  readonly connect: number;
  /** In milliseconds. */
  readonly statement: number;
  /** Whether statements read by indexes where they can, however small a table is. */
  readonly byIndex?: boolean;
}

const CLIENT_GRACE_MS = 300;

/** TLS verifies the certificate against Node's authorities (`NODE_EXTRA_CA_CERTS`). @param password asked at each connection */
export function connectionSettings(
  secret: Omit<DatabaseSecret, 'password'>,
  password: () => Promise<string>,
  tls: boolean,
  limits: ConnectionLimits,
): PoolConfig {
  return {
    host: secret.host,
    port: secret.port,
    database: secret.dbname,
    user: secret.username,
    password,
    ssl: tls && { rejectUnauthorized: true },
    connectionTimeoutMillis: limits.connect,
    statement_timeout: limits.statement,
    // The server cancels a slow statement; the client gives up a little later, in case the server is gone.
    query_timeout: limits.statement + CLIENT_GRACE_MS,
    application_name: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'orderflow',
    keepAlive: true,
    // https://www.postgresql.org/docs/current/runtime-config-query.html#GUC-ENABLE-SEQSCAN
    ...(limits.byIndex && { options: '-c enable_seqscan=off' }),
  };
}
