import { setTimeout as delay } from 'node:timers/promises';
import { TOPICS } from '../../../functions/contract/topics.ts';
import type { Instance } from '../../chaos/instance.ts';
import { seededRandom } from '../../chaos/random.ts';
import { percentile } from '../../chaos/report.ts';
import { operatorQuery } from '../../operator-query.ts';
import { type BenchContext, type Part, withSystem } from '../context.ts';
import type { Figure } from '../figures.ts';
import { runLoad } from '../load/run-load.ts';
import { watchProcessorTime } from '../process-groups.ts';
import { untilConfirmed } from '../until-confirmed.ts';
import { makeBacklog } from './backlog.ts';
import { Mappings } from './mappings.ts';

const LOOK_EVERY_MS = 100;
const DONE_WITHIN_MS = 1_800_000;
const STEADY = { clients: 8, perSecond: 20, warmUpSeconds: 10 };
const BOTH = [TOPICS.orders, TOPICS.orderConfirmations];

/** How fast consumers work off what has piled up, and how soon an order is confirmed when nothing has. */
export const consume: Part = {
  measures: 'events a second from a backlog, by each consumer and by both; how soon an order is confirmed',
  run: (context) => withSystem(context, (instance) => measureConsumers(context, instance)),
};

async function measureConsumers(context: BenchContext, instance: Instance): Promise<Figure[]> {
  const { sizes, seed, say } = context;
  const { addresses } = instance;
  const random = seededRandom(seed);
  await using mappings = await Mappings.open(addresses);
  const delays = await delaysOfConfirmations(context, instance);
  const pile = async () => {
    await mappings.switch(BOTH, false);
    say(`consume: piling up ${sizes.events} events`);
    await makeBacklog(addresses, sizes.events, random);
  };
  const drain = (of: string, switched: readonly string[], until: readonly string[]) =>
    measureDrain(context, instance, { of, mappings, switched, until });
  await pile();
  const figures = [
    ...(await drain('consume-orders', [TOPICS.orders], [TOPICS.orders])),
    ...(await drain('confirm-orders', [TOPICS.orderConfirmations], [TOPICS.orderConfirmations])),
  ];
  await pile();
  figures.push(...(await drain('both', BOTH, BOTH)));
  return [...delays, ...figures];
}

/** Switches mappings on and waits until the records of topics are done. What it takes them to begin is left out. */
async function measureDrain(
  { sizes, signal, say }: BenchContext,
  { pid, dataDir }: Instance,
  o: { of: string; mappings: Mappings; switched: readonly string[]; until: readonly string[] },
): Promise<Figure[]> {
  const { of, mappings, switched, until } = o;
  say(`consume: ${of}`);
  const first = switched[0] as string;
  const [before, spent] = [await mappings.lag(first), watchProcessorTime(pid, dataDir)];
  await mappings.switch(switched, true);
  let [begun, left] = [performance.now(), 1];
  for (const deadline = begun + DONE_WITHIN_MS; left > 0; await delay(LOOK_EVERY_MS, undefined, { signal })) {
    const lags = await Promise.all(until.map((topic) => mappings.lag(topic)));
    left = lags.reduce((sum, lag) => sum + lag, 0);
    if ((await mappings.lag(first)) === before) begun = performance.now();
    if (performance.now() > deadline) throw new Error(`${left} events are left after half an hour.`);
  }
  const seconds = (performance.now() - begun) / 1_000;
  const cpu = spent();
  return [
    {
      what: 'events a second',
      of,
      value: sizes.events / seconds,
      ...(of === 'consume-orders' && { wanted: { atLeast: 20_000 } }),
    },
    { what: 'CPU per event, µs', of, value: [...cpu.values()].reduce((sum, ms) => sum + ms, 0) / sizes.events / 1e-3 },
    ...[...cpu].map(([group, ms]) => ({ what: `CPU per event of ${group}, µs`, of, value: ms / sizes.events / 1e-3 })),
  ];
}

/** At a steady pace that leaves the machine idle most of the time. */
async function delaysOfConfirmations(context: BenchContext, instance: Instance): Promise<Figure[]> {
  const { sizes, seed, signal, say } = context;
  const { addresses } = instance;
  say(`consume: ${STEADY.perSecond} orders a second`);
  const seconds = sizes.seconds * sizes.rounds;
  const since = new Date(Date.now() + STEADY.warmUpSeconds * 1_000);
  await runLoad({ api: addresses.api, seed, ...STEADY, seconds }, signal);
  await untilConfirmed(context, instance);
  const sql = `
    SELECT (extract(epoch FROM changed_at - created_at) * 1000)::float8 AS ms
    FROM orders WHERE status = 'confirmed' AND created_at > $1`;
  const rows = Object.values(addresses.databases).map((url) => operatorQuery<{ ms: number }>(url, sql, [since]));
  const times = (await Promise.all(rows)).flat().map(({ ms }) => ms);
  const of = `${STEADY.perSecond} orders a second`;
  return [
    { what: 'from created to confirmed: p50, ms', of, value: percentile(times, 0.5), wanted: { atMost: 300 } },
    { what: 'from created to confirmed: p99, ms', of, value: percentile(times, 0.99) },
  ];
}
