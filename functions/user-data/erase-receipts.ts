import type { UserErasure, UserReceipts } from '../domain/erasure.ts';
import type { ShardRange } from '../domain/shard-map.ts';

const ORDER_ID = /\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.txt$/;

export interface EraseReceiptsDependencies {
  readonly shards: readonly ShardRange[];
  readonly erasure: Pick<UserErasure, 'known'>;
  readonly receipts: UserReceipts;
}

export interface ErasedReceipts {
  readonly receipts: number;
  /** All that were kept of them, those that were overwritten or deleted before included. */
  readonly versions: number;
  /** Receipts of orders that are there. */
  readonly kept: number;
  /** Undefined after the last page. */
  readonly next: string | undefined;
}

/**
 * Erases a page of a user's receipts, all versions of them, but for those of orders that a shard has. An order is stored before its
 * receipt is, so no receipt of a new one is taken for one of an order that is gone.
 *
 * @throws ShardUnavailableError when a shard does not respond, before anything is erased; ReceiptsUnavailableError
 */
export async function eraseReceipts(
  userId: string,
  after: string | undefined,
  { shards, erasure, receipts }: EraseReceiptsDependencies,
): Promise<ErasedReceipts> {
  const { versions, next } = await receipts.list(userId, after);
  const idOf = (key: string) => ORDER_ID.exec(key)?.[1];
  const orderIds = [...new Set(versions.flatMap(({ key }) => idOf(key) ?? []))];
  const known = new Set((await Promise.all(shards.map((shard) => erasure.known(shard, orderIds)))).flat());
  const isKept = ({ key }: { readonly key: string }) => known.has(idOf(key) ?? '');
  const erased = versions.filter((version) => !isKept(version));
  if (erased.length > 0) await receipts.erase(erased);
  const keysOf = (some: typeof versions) => new Set(some.map(({ key }) => key)).size;
  return { receipts: keysOf(erased), versions: erased.length, kept: keysOf(versions.filter(isKept)), next };
}
