import { setTimeout as delay } from 'node:timers/promises';
import type { Instance } from '../../chaos/instance.ts';
import { findEngines } from '../../chaos/processes.ts';
import { type BenchContext, type Part, withSystem } from '../context.ts';
import type { Figure } from '../figures.ts';
import { runLoad } from '../load/run-load.ts';
import { memoryByGroup, RUNNER, watchProcessorTime } from '../process-groups.ts';
import { untilConfirmed } from '../until-confirmed.ts';

/** What the system does and takes while nobody asks it anything, after some orders. */
export const idle: Part = {
  measures: 'computing and memory of a system that nobody uses, after some orders',
  run: (context) => withSystem(context, (instance) => measureIdle(context, instance)),
};

async function measureIdle(context: BenchContext, instance: Instance): Promise<Figure[]> {
  const { sizes, seed, signal, say } = context;
  const { pid, dataDir, addresses } = instance;
  await runLoad({ api: addresses.api, seed, clients: 8, warmUpSeconds: 0, seconds: sizes.seconds }, signal);
  await untilConfirmed(context, instance);
  say(`idle: ${sizes.idleSeconds} s`);
  const spent = watchProcessorTime(pid, dataDir);
  await delay(sizes.idleSeconds * 1_000, undefined, { signal });
  const shares = [...spent()].map(([group, ms]) => [group, ms / sizes.idleSeconds / 10] as const);
  const memory = memoryByGroup(pid, dataDir);
  const engines = findEngines(dataDir);
  const kindOf = (group: string) => (engines.has(group) ? 'engines' : group === RUNNER ? RUNNER : 'functions');
  const sumOf = (values: Iterable<readonly [string, number]>, kind?: string) =>
    [...values].reduce((sum, [group, value]) => sum + (kind === undefined || kindOf(group) === kind ? value : 0), 0);
  const kinds = [RUNNER, 'functions', 'engines'];
  return [
    { what: 'CPU, % of a processor', of: 'all', value: sumOf(shares), wanted: { atMost: 1 } },
    ...kinds.map((of) => ({ what: 'CPU, % of a processor', of, value: sumOf(shares, of) })),
    { what: 'memory (PSS), MB', of: 'all', value: sumOf(memory) },
    ...kinds.map((of) => ({ what: 'memory (PSS), MB', of, value: sumOf(memory, of) })),
    ...shares.map(([group, value]) => ({ what: `CPU of ${group}, %`, of: kindOf(group), value })),
    ...[...memory].map(([group, value]) => ({ what: `memory of ${group}, MB`, of: kindOf(group), value })),
  ];
}
