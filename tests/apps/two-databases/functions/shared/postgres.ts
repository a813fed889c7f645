import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import pg from 'pg';

interface DatabaseSecret {
  host: string;
  port: number;
  dbname: string;
  username: string;
  password: string;
}

const secrets = new SecretsManagerClient({});
const pools = new Map<string, Promise<pg.Pool>>();

async function open(secretArn: string): Promise<pg.Pool> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: secretArn }));
  const secret = JSON.parse(SecretString!) as DatabaseSecret;
  const pool = new pg.Pool({
    host: secret.host,
    port: secret.port,
    database: secret.dbname,
    user: secret.username,
    password: secret.password,
    ssl: { rejectUnauthorized: true },
    max: 1,
    connectionTimeoutMillis: 10_000,
  });
  pool.on('error', (error) => console.error('Lost an idle connection', error));
  return pool;
}

/** The pool for the database of a secret, one for each execution environment. */
export function database(secretArn: string): Promise<pg.Pool> {
  let pool = pools.get(secretArn);
  if (!pool) {
    pool = open(secretArn);
    pool.catch(() => pools.delete(secretArn));
    pools.set(secretArn, pool);
  }
  return pool;
}
