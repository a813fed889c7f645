import type { Addresses } from '../../../local/start.ts';
import type { Evidence } from '../evidence.ts';
import { readReceipts } from './receipts.ts';
import { readBacklog, readOrders } from './shards.ts';
import { readTopic } from './topics.ts';

/** Where the receipt of an order lies. */
export function receiptKey(order: { readonly userId: string; readonly id: string }): string {
  return `receipts/${order.userId}/${order.id}.txt`;
}

/** Looks at everything from outside, with clients that know nothing of the project's code. */
export async function readEvidence(addresses: Addresses): Promise<Evidence> {
  const rows = await readOrders(addresses);
  const [{ outboxRows }, receipts, events, confirmations] = await Promise.all([
    readBacklog(addresses),
    readReceipts(addresses, rows.map(receiptKey)),
    readTopic(addresses, 'orders'),
    readTopic(addresses, 'order-confirmations'),
  ]);
  return { rows, outboxRows, receipts, events, confirmations };
}
