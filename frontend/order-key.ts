/** Where an order that is on its way outlives a reload. */
export type KeyStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const ENTRY = 'orderflow.pending_order';

/**
 * The `Idempotency-Key` of an order whose fate is not known yet. The same fields get the same key again, also after a reload, so
 * that however often they are sent they make one order.
 */
export class OrderKey {
  readonly #storage: KeyStorage;

  constructor(storage: KeyStorage) {
    this.#storage = storage;
  }

  /** The fields that are on their way, as JSON; undefined when none are. */
  get pending(): string | undefined {
    return this.#read()?.fields;
  }

  /** The key to send the fields with. */
  keyFor(fields: string): string {
    const kept = this.#read();
    if (kept?.fields === fields) return kept.key;
    const key = newKey();
    this.#storage.setItem(ENTRY, JSON.stringify({ fields, key }));
    return key;
  }

  /** The order's fate is known: the next one is another order. */
  settle(): void {
    this.#storage.removeItem(ENTRY);
  }

  #read(): { readonly fields: string; readonly key: string } | undefined {
    const text = this.#storage.getItem(ENTRY);
    return text === null ? undefined : JSON.parse(text);
  }
}

/** Random, also where the page is no secure context and `crypto.randomUUID` is missing. */
function newKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}
