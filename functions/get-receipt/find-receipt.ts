import type { Caller } from '../domain/caller.ts';
import { ReceiptPendingError } from '../domain/errors.ts';
import { type FindOrderDependencies, findOrder } from '../domain/find-order.ts';
import { receiptKey } from '../domain/order.ts';

/** A receipt's key in the bucket. @throws ReceiptPendingError, OrderNotFoundError, ShardUnavailableError */
export async function findReceipt(id: string, caller: Caller, dependencies: FindOrderDependencies): Promise<string> {
  const { order, delivered } = await findOrder(id, caller, dependencies);
  if (!delivered.receipt) throw new ReceiptPendingError();
  return receiptKey(order);
}
