import type { Caller } from '../domain/caller.ts';
import { ReceiptPendingError } from '../domain/errors.ts';
import { type FindOrderDependencies, findOrder } from '../domain/find-order.ts';
import { receiptKey } from '../domain/order.ts';
import type { ReceiptLinks } from '../domain/ports.ts';

export interface GetReceiptDependencies extends FindOrderDependencies {
  readonly links: ReceiptLinks;
}

/** A URL that is good for a few minutes. @throws ReceiptPendingError, OrderNotFoundError, ShardUnavailableError */
export async function getReceipt(id: string, caller: Caller, dependencies: GetReceiptDependencies): Promise<string> {
  const { order, delivered } = await findOrder(id, caller, dependencies);
  if (!delivered.receipt) throw new ReceiptPendingError();
  return dependencies.links.link(receiptKey(order));
}
