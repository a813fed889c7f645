import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadAssembly } from '../../../local/assembly/load-assembly.ts';
import { assembliesOf } from '../../../tooling/paths.ts';
import { processVariables } from '../../../tooling/processes.ts';
import { sequentialRoundTrips, TcpRelay } from '../../../tooling/tcp-relay.ts';
import type { Instance } from '../../chaos/instance.ts';
import { seededRandom } from '../../chaos/random.ts';
import { readyEvents } from '../../invoke/ready-events.ts';
import { resourcesOf } from '../../templates/resources.ts';
import { type BenchContext, type Part, withSystem } from '../context.ts';
import type { DistanceRequest, DistanceResult } from '../distance-program.ts';
import type { Figure } from '../figures.ts';
import { someOrder } from '../load/orders.ts';
import { runLoad, runProgram } from '../load/run-load.ts';
import { PREFIX, processGroups } from '../process-groups.ts';
import { DISTANCES, WAITS_MS } from '../waits.ts';

const PROGRAM = join(import.meta.dirname, '../distance-program.ts');
const FUNCTION = 'create-order';
const WANTED_MS = 1.25 * WAITS_MS[FUNCTION];
/** They go through a command line. */
const EVENTS = 26;

/** Creating an order when servers are as far away as in the cloud, seen from the function. */
export const distance: Part = {
  measures: `creating an order with ${DISTANCES.postgres} ms to Postgres, ${DISTANCES.s3} ms to S3 and ${DISTANCES.kafka} ms to Kafka, seen from the function`,
  run: (context) => withSystem(context, (instance) => measureDistances(context, instance)),
};

async function measureDistances(context: BenchContext, instance: Instance): Promise<Figure[]> {
  const near = await measureAt(context, instance, { postgres: 0, s3: 0, kafka: 0 }, 'near');
  return [...near, ...(await measureAt(context, instance, DISTANCES, 'at cloud distances'))];
}

async function measureAt(
  { sizes, seed, signal, say }: BenchContext,
  instance: Instance,
  distances: Readonly<Record<keyof typeof DISTANCES, number>>,
  of: string,
): Promise<Figure[]> {
  say(`distance: ${of}`);
  const { addresses, pid, dataDir } = instance;
  await runLoad({ api: addresses.api, seed, clients: 1, warmUpSeconds: 0, seconds: 1, atMost: 1 }, signal);
  const [environment] = processGroups(pid, dataDir).get(FUNCTION) ?? [];
  const env = environment === undefined ? undefined : processVariables(environment);
  if (env === undefined) throw new Error(`${FUNCTION} has no execution environment.`);
  await using stack = new AsyncDisposableStack();
  const relay = async (url: string, delayMs: number) => {
    const { port } = new URL(url.includes('://') ? url : `tcp://${url}`);
    const started = stack.adopt(await TcpRelay.start(Number(port)), (one) => one.stop());
    started.delayMs = delayMs;
    return [port, started] as const;
  };
  const postgres = await Promise.all(Object.values(addresses.databases).map((url) => relay(url, distances.postgres)));
  const s3 = await relay(env.AWS_ENDPOINT_URL ?? '', distances.s3);
  const kafka = await relay(env.KAFKA_BROKERS ?? '', distances.kafka);
  const measured = await runProgram<DistanceResult>(
    PROGRAM,
    {
      bundle: join(env.LAMBDA_TASK_ROOT ?? '', 'index.mjs'),
      events: eventsOf(dataDir, seed),
      relays: Object.fromEntries([...postgres, s3, kafka].map(([port, one]) => [port, one.port])),
      seconds: sizes.seconds,
    } satisfies DistanceRequest,
    signal,
    env,
  );
  const failed = Object.values(measured.failures).reduce((sum, count) => sum + count, 0);
  const from = measured.begunAt - performance.timeOrigin;
  const tripsOf = (relays: readonly (readonly [string, TcpRelay])[]) =>
    relays.flatMap(([, { roundTrips }]) => roundTrips.filter(({ start }) => start >= from));
  const perOrder = (...relays: readonly (readonly [string, TcpRelay])[]) => tripsOf(relays).length / measured.all;
  return [
    { what: 'p50, ms', of, value: measured.p50, ...(of !== 'near' && { wanted: { atMost: WANTED_MS } }) },
    { what: 'p99, ms', of, value: measured.p99 },
    { what: 'errors', of, value: failed, wanted: { atMost: 0 } },
    { what: 'round trips to Postgres per order', of, value: perOrder(...postgres) },
    { what: 'round trips to S3 per order', of, value: perOrder(s3) },
    { what: 'round trips to Kafka per order', of, value: perOrder(kafka) },
    {
      what: 'round trips per order, one after the other',
      of,
      value: sequentialRoundTrips(tripsOf([...postgres, s3, kafka])) / measured.all,
    },
  ];
}

/** What API Gateway sends the function for orders of different users. */
function eventsOf(dataDir: string, seed: number): string[] {
  const assemblies = assembliesOf(dataDir);
  const resources = resourcesOf(loadAssembly(join(assemblies, readdirSync(assemblies)[0] ?? '')));
  const [event] = readyEvents(resources, `${PREFIX}${FUNCTION}`);
  if (event === undefined) throw new Error(`No route invokes ${FUNCTION}.`);
  const random = seededRandom(seed);
  return Array.from({ length: EVENTS }, () => event.make(JSON.stringify(someOrder(random))));
}
