import type { OrderBody } from '../contract/http/responses.ts';
import type { UserReceipts } from '../domain/erasure.ts';
import { type ListOrdersDependencies, listOrders } from '../domain/order-lists.ts';
import type { OrderPosition } from '../domain/order-page.ts';
import { encodeCursor } from '../domain/order-page.ts';
import { toOrderBody } from '../http/order-body.ts';

/** 2 MB of JSON at most: a response may have 6 MB (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
const ORDERS = 1_000;
const RECEIPTS_AT_A_TIME = 20;

export interface ExportedOrders {
  /** Newest first, as the API shows them. */
  readonly orders: readonly OrderBody[];
  /** Undefined after the last page. */
  readonly next: string | undefined;
}

export interface ExportedReceipts {
  readonly receipts: readonly { readonly key: string; readonly text: string }[];
  /** Undefined after the last page. */
  readonly next: string | undefined;
}

/**
 * A page of a user's orders, from where the user is. Not of the archive, whose orders are the same at an earlier time.
 *
 * @throws ShardUnavailableError when they may be in a shard that does not respond
 */
export async function exportOrders(
  userId: string,
  after: OrderPosition | undefined,
  dependencies: ListOrdersDependencies,
): Promise<ExportedOrders> {
  const { orders, next } = await listOrders({ userId, after, limit: ORDERS }, dependencies);
  return { orders: orders.map(toOrderBody), next: next && encodeCursor(next) };
}

/** A page of a user's receipts, as readers get them. @throws ReceiptsUnavailableError */
export async function exportReceipts(
  userId: string,
  after: string | undefined,
  receipts: UserReceipts,
): Promise<ExportedReceipts> {
  const { versions, next } = await receipts.list(userId, after);
  const keys = versions.filter(({ current }) => current).map(({ key }) => key);
  const read: { key: string; text: string }[] = [];
  for (let from = 0; from < keys.length; from += RECEIPTS_AT_A_TIME) {
    const some = keys.slice(from, from + RECEIPTS_AT_A_TIME);
    read.push(...(await Promise.all(some.map(async (key) => ({ key, text: await receipts.read(key) })))));
  }
  return { receipts: read, next };
}
