import { RECEIPT_STORED_WITHIN_SECONDS } from '../../functions/domain/delivery-timing.ts';
import { UserError } from '../../tooling/errors.ts';
import { counted } from '../in-words.ts';
import { type AskForUserData, failedMeanwhile, pagesOf } from './user-function.ts';

/** Answers in which nothing was erased, although something is left. */
const PATIENCE = 4;

/** What an erasure has done. */
export interface Erased {
  readonly orders: number;
  readonly copies: number;
  readonly receipts: number;
  /** Versions of receipts, older ones and marks of deletion included. */
  readonly versions: number;
  /** Receipts of orders that were placed since the erasure began. */
  readonly kept: number;
  /** Shards that note where the user is, until the move under way is finished. */
  readonly placedIn: readonly string[];
}

export interface EraseDependencies {
  readonly ask: AskForUserData;
  readonly wait: (milliseconds: number) => Promise<unknown>;
  /** Tells a person how far it is. */
  readonly tell: (text: string) => void;
}

/**
 * Erases the orders, waits until nobody can have one of them in hand any more, and erases the receipts. Whoever had an order in hand may have
 * stored it, or its receipt, in that time: so orders are looked for again, until a wait has brought none.
 *
 * @throws UserError when something does not respond, or a move does not let go of the user; it may be repeated at any time
 */
export async function eraseUser(userId: string, { ask, wait, tell }: EraseDependencies): Promise<Erased> {
  const unfinished = `${userId} is not erased yet, but some of what is stored may be gone. Repeat the command.`;
  try {
    const first = await eraseOrders(userId, undefined, ask);
    let { orders, copies, placedIn } = first;
    for (let late = true; late; ) {
      tell(
        `${counted(orders, 'order')} erased. For ${RECEIPT_STORED_WITHIN_SECONDS} s, functions that have one of them in hand may store its receipt; then the receipts are erased.`,
      );
      await wait(RECEIPT_STORED_WITHIN_SECONDS * 1_000);
      const again = await eraseOrders(userId, first.placedUntil, ask);
      late = again.orders + again.copies > 0;
      orders += again.orders;
      copies += again.copies;
      placedIn = again.placedIn;
    }
    return { orders, copies, placedIn, ...(await eraseReceipts(userId, ask)) };
  } catch (error) {
    throw failedMeanwhile(error, unfinished);
  }
}

async function eraseOrders(userId: string, placedUntil: string | undefined, ask: AskForUserData) {
  let [orders, copies, inVain] = [0, 0, 0];
  for (let until = placedUntil; ; ) {
    const erased = await ask({ do: 'erase-orders', userId, placedUntil: until });
    until = erased.placedUntil;
    orders += erased.orders;
    copies += erased.copies;
    if (erased.done) return { orders, copies, placedIn: erased.placedIn, placedUntil: until };
    inVain = erased.orders + erased.copies > 0 ? 0 : inVain + 1;
    if (inVain === PATIENCE) {
      throw new UserError(
        'A shard does not let go of the user: others have locked what is to be erased, or a switch to another shard does not end.',
      );
    }
  }
}

async function eraseReceipts(userId: string, ask: AskForUserData) {
  let [receipts, versions, kept] = [0, 0, 0];
  for await (const erased of pagesOf((after) => ask({ do: 'erase-receipts', userId, after }))) {
    receipts += erased.receipts;
    versions += erased.versions;
    kept += erased.kept;
  }
  return { receipts, versions, kept };
}
