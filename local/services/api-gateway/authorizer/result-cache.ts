/** Keeps values for a time, the latest ones only. */
export class ResultCache<Value> {
  readonly #ttlMs: number;
  readonly #maxEntries: number;
  readonly #now: () => number;
  readonly #entries = new Map<string, { value: Value; expiresAt: number }>();

  /**
   * @param o.ttlMs 0 keeps nothing
   * @param o.now the time in ms, for tests
   */
  constructor(o: { ttlMs: number; maxEntries: number; now?: () => number }) {
    this.#ttlMs = o.ttlMs;
    this.#maxEntries = o.maxEntries;
    this.#now = o.now ?? Date.now;
  }

  /** @returns undefined for what was never set, or too long ago */
  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (entry.expiresAt > this.#now()) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  /** When the cache is full, what was set first goes. */
  set(key: string, value: Value): void {
    if (this.#ttlMs === 0) return;
    this.#entries.delete(key);
    this.#entries.set(key, { value, expiresAt: this.#now() + this.#ttlMs });
    if (this.#entries.size > this.#maxEntries) {
      const [oldest = ''] = this.#entries.keys();
      this.#entries.delete(oldest);
    }
  }
}
