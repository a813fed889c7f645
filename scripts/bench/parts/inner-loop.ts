import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { copyProject } from '../../../infra/testing/project-copy.ts';
import { pollWithin } from '../../../tooling/timing.ts';
import { Instance } from '../../chaos/instance.ts';
import { seededRandom } from '../../chaos/random.ts';
import type { BenchContext, Part } from '../context.ts';
import { type Figure, medianOf } from '../figures.ts';
import { someOrder } from '../load/orders.ts';

/** A handler, and the place where the header that tells which code answered goes. */
const SOURCE = 'functions/create-order/endpoint.ts';
const PLACE = '      Location:';
const HEADER = 'bench-save';
const SERVED_WITHIN_MS = 60_000;
const BETWEEN_SAVES_MS = 500;

/** From saving a handler to the first response of the new code, in a copy of the project. */
export const innerLoop: Part = {
  measures: 'from saving a handler to the first response of its new code; what clients notice of it',
  run: measureInnerLoop,
};

async function measureInnerLoop({ sizes, seed, signal, say }: BenchContext): Promise<Figure[]> {
  const project = copyProject('orderflow-bench-copy-');
  // Postgres may run as another user, who has to get in.
  chmodSync(project, 0o755);
  const instance = await Instance.create(signal, { project });
  try {
    say('inner-loop: a copy of the project starts');
    await instance.start();
    const figures: Figure[] = [];
    const source = new HandlerSource(project);
    for (const clients of [1, 8]) {
      say(`inner-loop: ${sizes.saves} saves under ${clients === 1 ? '1 client' : `${clients} clients`}`);
      const load = new Askers(instance.addresses.api, clients, seed);
      const times: number[] = [];
      try {
        await load.until(source.saved);
        for (let save = 0; save < sizes.saves; save += 1) {
          await delay(BETWEEN_SAVES_MS, undefined, { signal });
          const begun = performance.now();
          source.save();
          times.push((await load.until(source.saved)) - begun);
        }
      } finally {
        await load.stop();
      }
      const of = clients === 1 ? '1 client' : `${clients} clients`;
      figures.push(
        {
          what: 'save to served, ms',
          of,
          ...medianOf(times),
          ...(clients === 1 && { wanted: { atMost: 300 } }),
        },
        { what: 'requests meanwhile', of, value: load.answered },
        { what: 'failed requests', of, value: load.failed, wanted: { atMost: 0 } },
        { what: 'responses of other code than the last two', of, value: load.outdated, wanted: { atMost: 0 } },
      );
    }
    return figures;
  } finally {
    await instance.dispose(false);
    rmSync(project, { recursive: true, force: true });
  }
}

/** The source of a handler, which tells in a header how often it was saved. */
class HandlerSource {
  /** 0 is the code as it is. */
  saved = 0;
  readonly #file: string;
  readonly #text: string;

  constructor(project: string) {
    this.#file = join(project, SOURCE);
    this.#text = readFileSync(this.#file, 'utf8');
    if (!this.#text.includes(PLACE))
      throw new Error(`There is no ${PLACE.trim()} in ${SOURCE}: the bench has to follow.`);
  }

  save(): void {
    this.saved += 1;
    writeFileSync(this.#file, this.#text.replace(PLACE, `      '${HEADER}': '${this.saved}',\n${PLACE}`));
  }
}

/** Clients that place one order after the other, and note which code answers. */
class Askers {
  answered = 0;
  failed = 0;
  /** Responses of code that had been replaced before the last replacement. */
  outdated = 0;
  /** The newest code that has answered, and when it first did. */
  #newest = -1;
  #newestAt = 0;
  #isStopped = false;
  readonly #all: Promise<unknown>;

  constructor(api: string, clients: number, seed: number) {
    const random = seededRandom(seed);
    this.#all = Promise.all(
      Array.from({ length: clients }, async () => {
        while (!this.#isStopped) await this.#ask(`${api}/api/orders`, JSON.stringify(someOrder(random)));
      }),
    );
  }

  /** Waits for the first response of some code. @returns when it came, by `performance.now()` */
  async until(code: number): Promise<number> {
    if (await pollWithin(SERVED_WITHIN_MS, () => this.#newest >= code)) return this.#newestAt;
    throw new Error(`The code of save ${code} has not answered within a minute.`);
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
      else this.#note(Number(response.headers.get(HEADER) ?? 0));
    } catch {
      this.failed += 1; // no response came
    }
  }

  #note(code: number): void {
    if (code < this.#newest - 1) this.outdated += 1;
    if (code <= this.#newest) return;
    this.#newest = code;
    this.#newestAt = performance.now();
  }
}
