import { setTimeout as delay } from 'node:timers/promises';
import type { Instance } from '../../../chaos/instance.ts';
import type { BenchContext } from '../../context.ts';
import { type Figure, medianOf } from '../../figures.ts';
import { Askers } from './askers.ts';
import { SavedSource } from './saved-source.ts';

/** In responses of `create-order`: how often its handler was saved, and its variable, which `app-saves.ts` changes. */
const HANDLER_HEADER = 'bench-handler';
export const VARIABLE_HEADER = 'bench-variable';
export const VARIABLE = 'BENCH_VARIABLE';
const BETWEEN_SAVES_MS = 500;

/** Saves a handler again and again while clients place orders. @param project the copy that runs */
export async function measureHandlerSaves(
  { sizes, seed, signal, say }: BenchContext,
  project: string,
  { addresses }: Pick<Instance, 'addresses'>,
): Promise<Figure[]> {
  const handler = new SavedSource(project, {
    source: 'functions/create-order/endpoint.ts',
    place: '      Location:',
    insert: (save) => `'${HANDLER_HEADER}': '${save}', '${VARIABLE_HEADER}': process.env.${VARIABLE} ?? '0',`,
  });
  const figures: Figure[] = [];
  for (const clients of [1, 8]) {
    const of = clients === 1 ? '1 client' : `${clients} clients`;
    say(`inner-loop: ${sizes.saves} saves of a handler under ${of}`);
    const load = new Askers({ api: addresses.api, clients, seed, header: HANDLER_HEADER });
    const times: number[] = [];
    try {
      await load.until(handler.saved);
      for (let save = 0; save < sizes.saves; save += 1) {
        await delay(BETWEEN_SAVES_MS, undefined, { signal });
        const begun = performance.now();
        handler.save();
        times.push((await load.until(handler.saved)) - begun);
      }
    } finally {
      await load.stop();
    }
    figures.push(
      { what: 'save to served, ms', of, ...medianOf(times), ...(clients === 1 && { wanted: { atMost: 300 } }) },
      { what: 'requests meanwhile', of, value: load.answered },
      { what: 'failed requests', of, value: load.failed, wanted: { atMost: 0 } },
      { what: 'responses of other code than the last two', of, value: load.outdated, wanted: { atMost: 0 } },
    );
  }
  return figures;
}
