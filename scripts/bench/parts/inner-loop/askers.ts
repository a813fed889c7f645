import { pollWithin } from '../../../../tooling/timing.ts';
import { seededRandom } from '../../../chaos/random.ts';
import { someOrder } from '../../load/orders.ts';

export const SERVED_WITHIN_MS = 60_000;

/** Clients that place one order after the other, and note by a header of the responses which save they come from. */
export class Askers {
  answered = 0;
  failed = 0;
  /** Responses of a save that had been replaced before the last replacement. */
  outdated = 0;
  readonly #header: string;
  /** The newest save that has answered, and when it first did. */
  #newest = -1;
  #newestAt = 0;
  #isStopped = false;
  readonly #all: Promise<unknown>;

  /** @param o.header has the number of the save; without it, a response is that of save 0 */
  constructor(o: { api: string; clients: number; seed: number; header: string }) {
    const random = seededRandom(o.seed);
    this.#header = o.header;
    this.#all = Promise.all(
      Array.from({ length: o.clients }, async () => {
        while (!this.#isStopped) await this.#ask(`${o.api}/api/orders`, JSON.stringify(someOrder(random)));
      }),
    );
  }

  /** Waits for the first response of some save. @returns when it came, by `performance.now()` */
  async until(save: number): Promise<number> {
    if (await pollWithin(SERVED_WITHIN_MS, () => this.#newest >= save)) return this.#newestAt;
    throw new Error(`Save ${save} has not answered within a minute.`);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#all;
  }

  async #ask(url: string, body: string): Promise<void> {
    this.answered += 1;
    try {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(url, { method: 'POST', headers, body });
      await response.text();
      if (response.status !== 201) this.failed += 1;
      else this.#note(Number(response.headers.get(this.#header) ?? 0));
    } catch {
      this.failed += 1; // no response came
    }
  }

  #note(save: number): void {
    if (save < this.#newest - 1) this.outdated += 1;
    if (save <= this.#newest) return;
    this.#newest = save;
    this.#newestAt = performance.now();
  }
}
