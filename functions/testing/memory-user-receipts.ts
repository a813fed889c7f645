import type { ReceiptVersion, ReceiptVersions, UserReceipts } from '../domain/erasure.ts';
import { ReceiptsUnavailableError } from '../domain/errors.ts';
import { receiptsOf } from '../domain/order.ts';

const PAGE = 2;

/** Versions of receipts in memory, in the order of their keys; pages of two. */
export class MemoryUserReceipts implements UserReceipts {
  kept: ReceiptVersion[] = [];
  failing = false;

  put(key: string): void {
    const older = this.kept.map((one) => (one.key === key ? { ...one, current: false } : one));
    const versionId = `v${older.length}`;
    this.kept = [...older, { key, versionId, current: true }].sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  async list(userId: string, after: string | undefined): Promise<ReceiptVersions> {
    this.#reach();
    const all = this.kept.filter(({ key }) => key.startsWith(receiptsOf(userId)));
    const left = all.filter(({ key, versionId }) => after === undefined || `${key} ${versionId}` > after);
    const versions = left.slice(0, PAGE);
    const last = versions.at(-1);
    return { versions, next: left.length > PAGE && last ? `${last.key} ${last.versionId}` : undefined };
  }

  async read(key: string): Promise<string> {
    this.#reach();
    return `text of ${key}`;
  }

  async erase(versions: readonly ReceiptVersion[]): Promise<void> {
    this.#reach();
    this.kept = this.kept.filter(
      (one) => !versions.some(({ key, versionId }) => key === one.key && versionId === one.versionId),
    );
  }

  #reach(): void {
    if (this.failing) throw new ReceiptsUnavailableError();
  }
}
