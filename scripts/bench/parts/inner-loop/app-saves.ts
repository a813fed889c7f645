import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { entriesIn } from '../../../../tooling/log-entry.ts';
import { logFileOf } from '../../../../tooling/paths.ts';
import { pollWithin } from '../../../../tooling/timing.ts';
import type { Instance } from '../../../chaos/instance.ts';
import type { BenchContext } from '../../context.ts';
import { type Figure, medianOf } from '../../figures.ts';
import { Askers, SERVED_WITHIN_MS } from './askers.ts';
import { VARIABLE, VARIABLE_HEADER } from './handler-saves.ts';
import { SavedSource } from './saved-source.ts';

/** After each save, a process loads the CDK for the next one. People take longer than that. */
const BETWEEN_SAVES_MS = 5_000;
/** What the run says of changes in place, in seconds. */
const SYNTHESIS = /in [\d.]+ s \(synthesis ([\d.]+) s\)$/;

interface Saved {
  readonly servedMs: number;
  /** Of it, what the CDK took. */
  readonly synthesisMs: number;
}

/**
 * Saves the stack with another environment variable and with a further route, again and again. One client places orders while the variable
 * changes; nobody else asks for the routes.
 *
 * @param project the copy that runs, whose `create-order` responds with its variable
 */
export async function measureAppSaves(context: BenchContext, project: string, instance: Instance): Promise<Figure[]> {
  const variable = new SavedSource(project, {
    source: 'infra/stacks/orders-stack.ts',
    place: '    receipts.writeFrom(fn);\n    this.#props.stream.ordersTopic.publishFrom(fn);',
    insert: (save) => `    fn.addEnvironment('${VARIABLE}', '${save}');`,
  });
  const load = new Askers({ api: instance.addresses.api, clients: 1, seed: context.seed, header: VARIABLE_HEADER });
  const untilAnswered = (save: number) => load.until(save);
  const ofVariable = await saveRepeatedly(context, 'a variable', instance, variable, untilAnswered).finally(() =>
    load.stop(),
  );
  const route = new SavedSource(project, {
    source: 'infra/constructs/api/orders-api.ts',
    place: '    exposeGatewayErrors(this.restApi);',
    insert: (save) =>
      `    acknowledgeOpen(this.restApi.root.addResource('bench-${save}').addMethod('GET', ` +
      `new LambdaIntegration(functions['describe-api'].live, { allowTestInvoke: false })), 'The bench asks for it.');`,
  });
  const ofRoute = await saveRepeatedly(context, 'a route', instance, route, (save) =>
    untilServed(`${instance.addresses.api}/bench-${save}`),
  );
  return [
    ...figuresOf('variable', ofVariable),
    { what: 'failed requests', of: 'variable', value: load.failed, wanted: { atMost: 0 } },
    ...figuresOf('new route', ofRoute),
  ];
}

/** @param untilShown resolves with when a save was served first */
async function saveRepeatedly(
  { sizes, signal, say }: BenchContext,
  what: string,
  { dataDir }: Instance,
  source: SavedSource,
  untilShown: (save: number) => Promise<number>,
): Promise<Saved[]> {
  say(`inner-loop: ${sizes.rounds} saves of ${what}`);
  const all: Saved[] = [];
  for (let round = 0; round < sizes.rounds; round += 1) {
    await delay(BETWEEN_SAVES_MS, undefined, { signal });
    const before = synthesesIn(dataDir).length;
    const begun = performance.now();
    source.save();
    const servedMs = (await untilShown(source.saved)) - begun;
    const seconds = await pollWithin(SERVED_WITHIN_MS, () => synthesesIn(dataDir)[before]);
    if (seconds === undefined) throw new Error(`The run has not said that ${what} was changed.`);
    all.push({ servedMs, synthesisMs: seconds * 1_000 });
  }
  return all;
}

/** The seconds of each synthesis that has changed the run. */
function synthesesIn(dataDir: string): number[] {
  return [...entriesIn(readFileSync(logFileOf(dataDir), 'utf8'))].flatMap(({ text }) => {
    const [, seconds] = SYNTHESIS.exec(text) ?? [];
    return seconds === undefined ? [] : [Number(seconds)];
  });
}

async function untilServed(url: string): Promise<number> {
  if (await pollWithin(SERVED_WITHIN_MS, async () => (await fetch(url)).ok)) return performance.now();
  throw new Error(`${url} is not served after a minute.`);
}

function figuresOf(of: string, saves: readonly Saved[]): Figure[] {
  return [
    { what: 'save to served, ms', of, ...medianOf(saves.map(({ servedMs }) => servedMs)) },
    { what: 'of it, the synthesis, ms', of, ...medianOf(saves.map(({ synthesisMs }) => synthesisMs)) },
    {
      what: 'without the synthesis, ms',
      of,
      ...medianOf(saves.map(({ servedMs, synthesisMs }) => servedMs - synthesisMs)),
    },
  ];
}
