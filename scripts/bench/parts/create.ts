import { join } from 'node:path';
import type { Instance } from '../../chaos/instance.ts';
import { type BenchContext, type Part, withSystem } from '../context.ts';
import { type Figure, medianOf } from '../figures.ts';
import type { Measured } from '../load/closed-loop.ts';
import { runLoad, runProgram, warmUp } from '../load/run-load.ts';
import { watchProcessorTime } from '../process-groups.ts';
import type { ShortestRequest } from '../shortest-program.ts';
import { untilConfirmed } from '../until-confirmed.ts';
import { prepareShortest } from './prepare-shortest.ts';

const SHORTEST = join(import.meta.dirname, '../shortest-program.ts');
/** Before each measurement: connections open, and programs are compiled. */
const WARM_UP_SECONDS = 2;

/** Placing orders, beside the shortest program that does the same work on the same engines. */
export const create: Part = {
  measures: 'orders a second, response times, computing per order; beside the shortest program that does the same',
  run: (context) => withSystem(context, (instance) => measureCreate(context, instance)),
};

/** A measurement, with what each process has computed meanwhile. */
interface Leg extends Measured {
  readonly cpu: ReadonlyMap<string, number>;
}

async function measureCreate(context: BenchContext, instance: Instance): Promise<Figure[]> {
  const { sizes, say } = context;
  const engines = await prepareShortest(instance.addresses);
  const figures: Figure[] = [];
  for (const clients of sizes.clients) {
    say(`create: ${clientsText(clients)}, ${sizes.rounds} rounds of ${sizes.seconds} s each`);
    const pace = { clients, warmUpSeconds: WARM_UP_SECONDS, seconds: sizes.seconds };
    const here = (seed: number) => measureHere(context, instance, { ...pace, seed });
    const shortest = (seed: number) => measureShortest(context, instance, { ...engines, ...pace, seed });
    await warmUp({ api: instance.addresses.api, clients, seed: context.seed }, context.signal);
    const rounds: { here: Leg; shortest: Leg }[] = [];
    for (let round = 0; round < sizes.rounds; round += 1) {
      const seed = context.seed + round;
      // In turns, each first as often as the other.
      const first = round % 2 === 0 ? await here(seed) : undefined;
      const other = await shortest(seed);
      rounds.push({ here: first ?? (await here(seed)), shortest: other });
    }
    figures.push(...figuresOf(clientsText(clients), clients, rounds));
  }
  return figures;
}

/** Orders over HTTP; ends once they are confirmed. */
async function measureHere(
  context: BenchContext,
  instance: Instance,
  request: { clients: number; warmUpSeconds: number; seconds: number; seed: number },
): Promise<Leg> {
  const spent = watchProcessorTime(instance.pid, instance.dataDir);
  const measured = await runLoad({ ...request, api: instance.addresses.api }, context.signal);
  await untilConfirmed(context, instance);
  return { ...measured, cpu: new Map([...spent(), ['load generator', measured.cpuMs]]) };
}

async function measureShortest(
  { signal }: BenchContext,
  { pid, dataDir }: Instance,
  request: ShortestRequest,
): Promise<Leg> {
  const spent = watchProcessorTime(pid, dataDir);
  const measured = await runProgram<Measured>(SHORTEST, request, signal);
  return { ...measured, cpu: new Map([...spent(), ['shortest program', measured.cpuMs]]) };
}

function figuresOf(of: string, clients: number, rounds: readonly { here: Leg; shortest: Leg }[]): Figure[] {
  const here = (value: (leg: Leg) => number) => medianOf(rounds.map((round) => value(round.here)));
  const shortest = (value: (leg: Leg) => number) => medianOf(rounds.map((round) => value(round.shortest)));
  const ratio = (value: (leg: Leg) => number) =>
    medianOf(rounds.map((round) => value(round.here) / value(round.shortest)));
  const failures = rounds
    .flatMap((round) => [round.here, round.shortest])
    .flatMap((leg) => Object.values(leg.failures));
  const groups = new Set(rounds.flatMap((round) => [...round.here.cpu.keys()]));
  return [
    {
      what: 'orders a second, ratio',
      of,
      ...ratio(({ perSecond }) => perSecond),
      ...(clients > 1 && { wanted: { atLeast: 0.85 } }),
    },
    { what: 'p50, ratio', of, ...ratio(({ p50 }) => p50), ...(clients === 1 && { wanted: { atMost: 1.2 } }) },
    { what: 'CPU per order, ratio', of, ...ratio(cpuPerOrder) },
    { what: 'errors', of, value: failures.reduce((sum, count) => sum + count, 0), wanted: { atMost: 0 } },
    { what: 'orders a second', of, ...here(({ perSecond }) => perSecond) },
    { what: 'p50, ms', of, ...here(({ p50 }) => p50) },
    { what: 'p99, ms', of, ...here(({ p99 }) => p99) },
    { what: 'CPU per order, ms', of, ...here(cpuPerOrder), wanted: { atMost: 10 } },
    ...[...groups].map((group) => ({
      what: `CPU per order of ${group}, ms`,
      of,
      ...here(({ cpu, all }) => (cpu.get(group) ?? 0) / all),
    })),
    { what: 'shortest program: orders a second', of, ...shortest(({ perSecond }) => perSecond) },
    { what: 'shortest program: p50, ms', of, ...shortest(({ p50 }) => p50) },
    { what: 'shortest program: p99, ms', of, ...shortest(({ p99 }) => p99) },
    { what: 'shortest program: CPU per order, ms', of, ...shortest(cpuPerOrder) },
  ];
}

/** Of all processes together but the load generator, which stands for the clients. */
function cpuPerOrder({ cpu, all }: Leg): number {
  const ms = [...cpu].filter(([group]) => group !== 'load generator').reduce((sum, [, each]) => sum + each, 0);
  return ms / all;
}

function clientsText(clients: number): string {
  return clients === 1 ? '1 client' : `${clients} clients`;
}
