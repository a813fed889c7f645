import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../settings.ts';

/**
 * Tells whether the setting of the published database password was changed since the last run. Only then may it
 * replace what the secrets hold: their own passwords can have been rotated since.
 */
export class PublishedPassword {
  readonly changed: boolean;
  readonly #file: string;
  readonly #value: string;

  constructor({ dataDir, databasePassword }: Settings) {
    this.#file = join(dataDir, 'published-password');
    this.#value = databasePassword;
    this.changed = existsSync(this.#file) && readFileSync(this.#file, 'utf8') !== databasePassword;
  }

  /** To be called once all secrets have it. */
  remember(): void {
    writeFileSync(this.#file, this.#value, { mode: 0o600 });
  }
}
