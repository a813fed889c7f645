import pg from 'pg';

/**
 * Runs one query as the operator does.
 *
 * @param url of the database, as a run prints it
 * @param timeoutMs for the connection, and for the query
 */
export async function operatorQuery<Row extends object>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
  timeoutMs = 30_000,
): Promise<Row[]> {
  const client = new pg.Client({
    ...operatorConnection(url),
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  // The query fails as well when its server is killed; an event without a listener would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}

/** What the operator's connections to a database are made with. @param url as a run prints it */
export function operatorConnection(url: string): pg.ClientConfig {
  const address = new URL(url);
  // The certificate is the run's own, and this is the same machine.
  address.search = '';
  return { connectionString: address.href, ssl: { rejectUnauthorized: false } };
}
