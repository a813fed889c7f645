import type { UserReceipts } from '../domain/erasure.ts';
import type { ListOrdersDependencies } from '../domain/order-lists.ts';
import { type ErasedOrders, type EraseOrdersDependencies, eraseOrders } from './erase-orders.ts';
import { type ErasedReceipts, eraseReceipts } from './erase-receipts.ts';
import { type ExportedOrders, type ExportedReceipts, exportOrders, exportReceipts } from './export-user.ts';
import type { Command } from './input.ts';

/** What the function answers to each command. */
export interface Answers {
  readonly orders: ExportedOrders;
  readonly receipts: ExportedReceipts;
  readonly 'erase-orders': ErasedOrders;
  readonly 'erase-receipts': ErasedReceipts;
}

export interface UserDataDependencies extends ListOrdersDependencies, EraseOrdersDependencies {
  readonly receipts: UserReceipts;
  readonly now: () => Date;
}

/**
 * Does one page of what an operator asks for, whose command goes through all of them. No line of the log names the user.
 *
 * @throws ShardUnavailableError, ReceiptsUnavailableError
 */
export async function carryOut(command: Command, dependencies: UserDataDependencies): Promise<Answers[keyof Answers]> {
  const { userId } = command;
  const { receipts, now, log } = dependencies;
  switch (command.do) {
    case 'orders':
      return exportOrders(userId, command.after, dependencies);
    case 'receipts':
      return exportReceipts(userId, command.after, receipts);
    case 'erase-orders': {
      const erased = await eraseOrders(userId, command.placedUntil ?? now(), dependencies);
      log.info('orders of a user erased', { ...erased });
      return erased;
    }
    case 'erase-receipts': {
      const { next, ...erased } = await eraseReceipts(userId, command.after, dependencies);
      log.info('receipts of a user erased', erased);
      return { ...erased, next };
    }
  }
}
