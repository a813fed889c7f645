import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DEFAULT_SHARD_MAP, type OwningShard } from '../../../functions/domain/shard-map.ts';
import { operatorConfig } from '../../../local/aws-identity.ts';
import { pollWithin } from '../../../tooling/timing.ts';
import { masterUrls } from '../../master-urls.ts';
import { operatorQuery } from '../../operator-query.ts';
import type { OwnAddresses } from '../../own-addresses.ts';
import { PREFIX } from '../process-groups.ts';

const BATCH = 100_000;
const LIMIT_MS = 900_000;
/** Between two orders of a shard. */
export const APART_MS = 2;
/** What the user ids have behind their first letter, before a number. */
export const USERS = 'reader';
export const USERS_PER_LETTER = 50;

// Through the real schema, with its triggers. $1 and $2 are the numbers of the first and the last order, counted into the past; $3 is the
// shard's first letter, and $4 how many letters it has.
const STORE = `
  INSERT INTO orders (id, user_id, product_name, quantity, price, status, created_at, updated_at, receipt_stored_at, event_published_at,
    event_partition, event_offset)
  SELECT uuidv7(at - clock_timestamp()), chr(ascii($3) + n % $4) || '${USERS}' || n / $4 % ${USERS_PER_LETTER},
    'Mechanical Keyboard ' || n % 1000, 1 + n % 20, 1 + n % 100000 / 100.0, 'confirmed', at, at, at, at, n % 3, n
  FROM (SELECT n, (now() - n * interval '${APART_MS} milliseconds')::timestamptz(3) AS at FROM generate_series($1::int, $2::int) AS n) AS all_of_them`;

/** Stores confirmed orders in each shard until it has so many, and leaves the shards as they are after a quiet while. */
export async function storeOrders(addresses: OwnAddresses, each: number): Promise<void> {
  const masters = Object.values(await masterUrls(addresses));
  for (const [index, url] of masters.entries()) {
    const { from, to } = DEFAULT_SHARD_MAP[index] as OwningShard;
    const query = <Row extends object>(sql: string, values: readonly unknown[] = []) =>
      operatorQuery<Row>(url, sql, values, LIMIT_MS);
    const [{ stored } = { stored: 0 }] = await query<{ stored: number }>('SELECT count(*)::int AS stored FROM orders');
    for (let first = stored; first < each; first += BATCH) {
      const last = Math.min(first + BATCH, each) - 1;
      await query(STORE, [first, last, from, to.charCodeAt(0) - from.charCodeAt(0) + 1]);
    }
    await query('VACUUM ANALYZE orders');
    // Otherwise the first reads pay for writing what was stored.
    await query('CHECKPOINT');
  }
  await foldStatistics(addresses, masters);
}

/** The relay does that each minute; here it is asked to, until nothing is left. */
async function foldStatistics({ aws }: OwnAddresses, masters: readonly string[]): Promise<void> {
  const client = new LambdaClient(operatorConfig(aws));
  const isFolded = async () => {
    await client.send(new InvokeCommand({ FunctionName: `${PREFIX}relay-outbox`, Payload: '{}' }));
    const sql = 'SELECT count(*)::int AS left FROM order_statistics_delta';
    const counts = await Promise.all(masters.map((url) => operatorQuery<{ left: number }>(url, sql)));
    return counts.flat().every(({ left }) => left === 0);
  };
  if (!(await pollWithin(LIMIT_MS, isFolded))) throw new Error('The statistics were not folded within 15 minutes.');
}
