import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startKafka } from '../../../local/engines/kafka/start-kafka.ts';
import { createLog } from '../../../tooling/log.ts';
import { entriesIn } from '../../../tooling/log-entry.ts';
import { cacheDirOf, logFileOf } from '../../../tooling/paths.ts';
import { processorTime } from '../../../tooling/processes.ts';
import { Instance } from '../../chaos/instance.ts';
import type { BenchContext, Part } from '../context.ts';
import { type Figure, medianOf } from '../figures.ts';
import { runLoad } from '../load/run-load.ts';
import { processGroups } from '../process-groups.ts';

/** How many clients come at once to functions of which none has started. */
const FIRST_CLIENTS = 8;
/** What the log says once a resource is there. */
const CREATED = /\(([\w:]+)\) created in (\d+) ms$/;

/** A start, cold and warm, in its parts, and the first requests after it. */
export const start: Part = {
  measures: 'a start, cold and warm, in its parts and as a ratio to that of Kafka alone; the first requests after it',
  run: measureStarts,
};

/** Seconds of a start by its parts, in the order of the table. */
type Times = Readonly<Record<string, number>>;

async function measureStarts(context: BenchContext): Promise<Figure[]> {
  const { sizes, signal, say } = context;
  const instance = await Instance.create(signal, { flags: ['--no-watch'] });
  try {
    say('start: cold, with the synthesis');
    const cold = await timedStart(instance);
    await instance.stop();
    const rounds: { warm: Times; kafka: number; firstClients: number; failed: number }[] = [];
    await kafkaAlone(context);
    for (let round = 0; round < sizes.rounds; round += 1) {
      say(`start: warm, round ${round + 1} of ${sizes.rounds}`);
      const kafka = await kafkaAlone(context);
      const warm = await timedStart(instance);
      await instance.stop();
      await instance.start();
      const clients = { clients: FIRST_CLIENTS, atMost: FIRST_CLIENTS, warmUpSeconds: 0, seconds: 60 };
      const first = await runLoad({ api: instance.addresses.api, seed: context.seed, ...clients }, signal);
      await instance.stop();
      rounds.push({ warm, kafka, firstClients: first.p99, failed: FIRST_CLIENTS - first.done });
    }
    const median = (value: (round: (typeof rounds)[number]) => number) => medianOf(rounds.map(value));
    const of = 'warm';
    return [
      {
        what: 'up, ratio to Kafka alone',
        of,
        ...median(({ warm, kafka }) => (warm.up ?? 0) / kafka),
        wanted: { atMost: 1.3 },
      },
      {
        what: 'first order, ratio to Kafka alone',
        of,
        ...median(({ warm, kafka }) => (warm['first order'] ?? 0) / kafka),
        wanted: { atMost: 1.5 },
      },
      ...Object.entries(cold).flatMap(([name, value]) => [
        { what: `${name}, s`, of: 'cold', value },
        { what: `${name}, s`, of, ...median(({ warm }) => warm[name] ?? 0) },
      ]),
      { what: 'Kafka alone, s', of, ...median(({ kafka }) => kafka) },
      {
        what: `p99 of the first ${FIRST_CLIENTS} clients, ms`,
        of,
        ...median(({ firstClients }) => firstClients),
        wanted: { atMost: 1_000 },
      },
      {
        what: `errors of the first ${FIRST_CLIENTS} clients`,
        of,
        ...median(({ failed }) => failed),
        wanted: { atMost: 0 },
      },
    ];
  } finally {
    await instance.dispose(false);
  }
}

/** Starts a run and places an order. */
async function timedStart(instance: Instance): Promise<Times> {
  const begun = Date.now();
  await instance.start();
  const upAt = Date.now();
  const cpu = computedBy(instance);
  const response = await fetch(`${instance.addresses.api}/api/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: 'first', product_name: 'Desk', quantity: 1, price: 1 }),
  });
  if (response.status !== 201) throw new Error(`The first order was answered with ${response.status}.`);
  const orderedAt = Date.now();
  const created = [...entriesIn(readFileSync(logFileOf(instance.dataDir), 'utf8'))].flatMap(({ time, text }) => {
    const [, type, ms] = CREATED.exec(text) ?? [];
    return ms === undefined ? [] : [{ at: Date.parse(time), type, seconds: Number(ms) / 1_000 }];
  });
  const [first, last] = [created[0]?.at ?? upAt, created.at(-1)?.at ?? upAt];
  const slowest = (type: string) =>
    Math.max(0, ...created.filter((one) => one.type === type).map((one) => one.seconds));
  return {
    up: (upAt - begun) / 1_000,
    'first order': (orderedAt - begun) / 1_000,
    'until the first resource, with the synthesis': (first - begun) / 1_000,
    'the resources': (last - first) / 1_000,
    'of them, Postgres': slowest('AWS::RDS::DBInstance'),
    'of them, Kafka': slowest('AWS::MSK::Cluster'),
    'of them, migrations': slowest('Custom::Trigger'),
    'after the last resource': (upAt - last) / 1_000,
    'CPU until up': cpu,
  };
}

/** Seconds that a run and all that it has started have computed so far. */
function computedBy({ pid, dataDir }: Instance): number {
  const pids = [...processGroups(pid, dataDir).values()].flat();
  const times = pids.map(processorTime).map((time) => (time === undefined ? 0 : time.own + time.endedChildren));
  return times.reduce((sum, time) => sum + time, 0) / 1_000;
}

/** Starts Kafka, and nothing else, on data of its own that is kept. @returns seconds */
async function kafkaAlone({ folder, signal }: BenchContext): Promise<number> {
  const dir = join(folder, 'kafka-alone');
  const log = createLog({ source: 'kafka', file: join(dir, 'kafka.log'), terminal: { show() {} } });
  const begun = performance.now();
  const kafka = await startKafka({
    dir: join(dir, 'data'),
    runDir: join(dir, 'run'),
    cacheDir: cacheDirOf(process.env),
    plaintextPort: 0,
    saslAdvertisedPort: 0,
    signal,
    log,
  });
  const seconds = (performance.now() - begun) / 1_000;
  await kafka.stop();
  await log.close();
  return seconds;
}
