import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A source of a copy of the project that is saved again and again, each time with another text in one place. */
export class SavedSource {
  /** How often it was saved; 0 is the source as it is. */
  saved = 0;
  readonly #file: string;
  readonly #before: string;
  readonly #after: string;
  readonly #insert: (save: number) => string;

  /**
   * @param o.place what the text goes before
   * @param o.insert the text of a save, the first of which is 1
   * @throws Error when the source has no such place
   */
  constructor(project: string, o: { source: string; place: string; insert: (save: number) => string }) {
    this.#file = join(project, o.source);
    const text = readFileSync(this.#file, 'utf8');
    const at = text.indexOf(o.place);
    if (at < 0) throw new Error(`There is no ${o.place.trim()} in ${o.source}: the bench has to follow.`);
    this.#before = text.slice(0, at);
    this.#after = text.slice(at);
    this.#insert = o.insert;
  }

  save(): void {
    this.saved += 1;
    writeFileSync(this.#file, `${this.#before}${this.#insert(this.saved)}\n${this.#after}`);
  }
}
