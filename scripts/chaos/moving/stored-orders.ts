import { DEFAULT_SHARD_MAP, shardFor, shardName } from '../../../functions/domain/shard-map.ts';
import { operatorQuery } from '../../operator-query.ts';
import type { OwnAddresses } from '../../own-addresses.ts';

// Spread over users and over the last days. $1 is a list of users, $2 how many orders each has.
const STORE = `
  INSERT INTO orders (id, user_id, product_name, quantity, price, status, created_at, updated_at)
  SELECT uuidv7(-n * interval '1 minute'), user_id, 'Stored order', 1, 9.95, 'confirmed', now() - n * interval '1 minute', now()
  FROM unnest($1::text[]) AS user_id, generate_series(1, $2::int) AS n`;

/** Half of them move. */
export function userNames(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${'AGbhNm'[n % 6]}user${n}`);
}

/** Stores orders as they are after some days. @returns how many each user has */
export async function storeOrders(
  { databases }: OwnAddresses,
  users: readonly string[],
  each: number,
): Promise<Map<string, number>> {
  for (const [database, url] of Object.entries(databases)) {
    const isHere = (user: string) => database.endsWith(shardName(shardFor(DEFAULT_SHARD_MAP, user)));
    await operatorQuery(url, STORE, [users.filter(isHere), each], 600_000);
  }
  return new Map(users.map((user) => [user, each]));
}
