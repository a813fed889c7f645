import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../settings.ts';

/**
 * The published password of the databases' application users, if there is one, and whether it is another than the secrets were last given.
 * Only then may it replace what they hold: their own passwords can have been rotated since.
 */
export class PublishedPassword {
  readonly value: string | undefined;
  readonly #file: string;
  #changed: boolean | undefined;

  constructor({ dataDir, databasePassword }: Settings) {
    this.value = databasePassword;
    this.#file = join(dataDir, 'published-password');
  }

  hasChanged(): boolean {
    if (this.#changed === undefined) {
      this.#changed = !existsSync(this.#file) || readFileSync(this.#file, 'utf8') !== this.value;
      // A run that ends half-way through the change leaves no record, so that the next one starts it over.
      if (this.#changed) rmSync(this.#file, { force: true });
    }
    return this.#changed;
  }

  /** To be called once all secrets have it. */
  remember(): void {
    if (this.value !== undefined) writeFileSync(this.#file, this.value, { mode: 0o600 });
  }
}
