import type { MoveAttempt } from './ports.ts';
import type { ShardRange } from './shard-map.ts';

// How users are erased: docs/moving-users.md says why a move at the same time brings nothing back.

/** No more orders and copies are erased by one statement. */
export const ERASED_AT_ONCE = 1_000;

/** `busy`: try again later. `leaving`: nobody owns the user until the attempt is ended. */
export type ErasedPage =
  | {
      readonly outcome: 'erased';
      readonly orders: number;
      /** What a move had left here or brought here of orders that are elsewhere. */
      readonly copies: number;
      /** Whether the user was being copied, which was ended. */
      readonly stopped: boolean;
    }
  | { readonly outcome: 'busy' }
  | { readonly outcome: 'leaving'; readonly attempt: MoveAttempt; readonly peer: number; readonly expired: boolean };

export type ErasedTraces =
  | {
      readonly outcome: 'erased';
      /** Orders that were still counted, and are not there. */
      readonly counted: number;
      /** Whether the shard goes on noting where the user is, because a move under way needs that. */
      readonly placed: boolean;
    }
  | { readonly outcome: 'busy' };

/** What a shard does to erase a user; each is one transaction, and safe to repeat. All throw ShardUnavailableError. */
export interface UserErasure {
  /** Erases up to {@link ERASED_AT_ONCE} of the orders that were placed until then, and as many of their copies. */
  orders(shard: ShardRange, userId: string, placedUntil: Date): Promise<ErasedPage>;
  /** Takes what is gone out of the statistics, and forgets where the user is. */
  traces(shard: ShardRange, userId: string): Promise<ErasedTraces>;
  /** Which of these orders the shard has. */
  known(shard: ShardRange, orderIds: readonly string[]): Promise<readonly string[]>;
}

/** A version of a receipt, as the bucket keeps it. */
export interface ReceiptVersion {
  readonly key: string;
  readonly versionId: string;
  /** Whether it is what readers get; false for one that was overwritten, and for a mark of deletion. */
  readonly current: boolean;
}

export interface ReceiptVersions {
  readonly versions: readonly ReceiptVersion[];
  /** For the next page; undefined after the last one. */
  readonly next: string | undefined;
}

/** The receipts of one user. All throw ReceiptsUnavailableError. */
export interface UserReceipts {
  /** @param after `next` of the page before */
  list(userId: string, after: string | undefined): Promise<ReceiptVersions>;
  read(key: string): Promise<string>;
  /** For good: not even an older version can be brought back. */
  erase(versions: readonly ReceiptVersion[]): Promise<void>;
}
