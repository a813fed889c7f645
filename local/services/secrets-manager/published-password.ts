import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../settings.ts';

/**
 * Tells whether the setting of the published database password is another than the secrets were last given. Only then
 * may it replace what they hold: their own passwords can have been rotated since.
 */
export class PublishedPassword {
  readonly changed: boolean;
  readonly #file: string;
  readonly #value: string;

  constructor({ dataDir, databasePassword }: Settings) {
    this.#file = join(dataDir, 'published-password');
    this.#value = databasePassword;
    this.changed = !existsSync(this.#file) || readFileSync(this.#file, 'utf8') !== databasePassword;
    // A run that ends half-way through the change leaves no record, so that the next one starts it over.
    if (this.changed) rmSync(this.#file, { force: true });
  }

  /** To be called once all secrets have it. */
  remember(): void {
    writeFileSync(this.#file, this.#value, { mode: 0o600 });
  }
}
