import type { PoolConfig } from 'pg';
import type { DatabaseSecret } from '../database-secrets.ts';

/** How long each step towards a database may take, in milliseconds. */
export interface ConnectionLimits {
  readonly connect: number;
  readonly statement: number;
}

const CLIENT_PATIENCE_MS = 300;

/**
 * Connection settings that pools and single clients share. With TLS the server's certificate is verified; which
 * authorities are trusted is Node's affair (`NODE_EXTRA_CA_CERTS`).
 *
 * @param password asked at each new connection
 */
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
    // The server ends a slow statement; the client gives up a little later, should the server be gone.
    query_timeout: limits.statement + CLIENT_PATIENCE_MS,
    application_name: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'orderflow',
    keepAlive: true,
  };
}
