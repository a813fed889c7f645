import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { mulberry32 } from '../../scripts/chaos/random.ts';
import { logFileOf } from '../../tooling/paths.ts';
import { call, newUser, orderOf } from './api.ts';
import { countRecords, lagOf, readTopic } from './clients.ts';
import { type Place, type Sent, sendOddRecords } from './odd-records.ts';
import type { Run } from './run.ts';

/** What became of the records of a run. */
export interface OddRecordsOutcome {
  /** Orders with a good event that were not confirmed. */
  readonly unconfirmed: string[];
  /** Odd records that were neither confirmed, nor on the dead-letter topic, nor named in the log. */
  readonly lost: string[];
  /** Orders of the API that were not confirmed. */
  readonly pending: string[];
  /** Figures for the person who reads them. */
  readonly figures: Readonly<Record<string, number>>;
}

const QUIET_SECONDS = 30;
const GROUP = 'order-consumer-group';

/**
 * Sends records to `orders` of a running system, one in a hundred of them odd, while orders are placed through the API, and
 * waits until all are consumed.
 *
 * @param options.drainSeconds how long that may take
 */
export async function runWithOddRecords(
  run: Run,
  options: { records: number; seed: number; drainSeconds: number },
): Promise<OddRecordsOutcome> {
  const { addresses } = run;
  const memory: number[] = [];
  const quiet = await probe(addresses.api, delay(QUIET_SECONDS * 1_000));
  memory.push(memoryOf(run));

  const begun = performance.now();
  const sent = Promise.withResolvers<Sent>();
  const consumed = async () => {
    sent.resolve(await sendOddRecords(addresses, options.records, mulberry32(options.seed)));
    for (let lag = Number.POSITIVE_INFINITY; lag > 0; await delay(1_000)) {
      lag = await lagOf(addresses, GROUP, 'orders');
      if (memory.length === 1 && lag < options.records / 2) memory.push(memoryOf(run));
      if (performance.now() - begun > options.drainSeconds * 1_000) throw new Error(`a lag of ${lag} is left`);
    }
  };
  const busy = await probe(addresses.api, consumed());
  const seconds = (performance.now() - begun) / 1_000;
  memory.push(memoryOf(run));

  const { good, odd } = await sent.promise;
  const valid = [...odd.values()].flatMap(({ orderId }) => orderId ?? []);
  const orders = [...good, ...valid, ...busy.orders];
  const confirmed = await confirmedOrders(run, orders);
  const accounted = new Set([...(await deadLetters(run)), ...namedInLog(run)]);
  const lost = [...odd].filter(([place, { orderId }]) => !accounted.has(place) && !confirmed.has(orderId ?? ''));
  const [start = 0, middle = 0, end = 0] = memory;
  return {
    unconfirmed: [...good].filter((id) => !confirmed.has(id)),
    lost: lost.map(([place, { kind }]) => `${place} ${kind}`),
    pending: busy.orders.filter((id) => !confirmed.has(id)),
    figures: {
      seconds: Math.round(seconds),
      good: good.size,
      odd: odd.size,
      'MB at start': start,
      'MB in the middle': middle,
      'MB at the end': end,
      'p99 quiet, ms': p99(quiet.latencies),
      'p99 meanwhile, ms': p99(busy.latencies),
    },
  };
}

/** Places and lists orders, one request after the other, until something is over. */
async function probe(api: string, until: Promise<unknown>) {
  const user = newUser('o');
  const latencies: number[] = [];
  const orders: string[] = [];
  let over = false;
  const ending = until.finally(() => {
    over = true;
  });
  ending.catch(() => {});
  while (!over) {
    for (const request of [
      () => call(api, 'POST', '/api/orders', orderOf(user)),
      () => call(api, 'GET', '/api/orders?limit=20'),
    ]) {
      const begun = performance.now();
      const { status, body } = await request();
      latencies.push(performance.now() - begun);
      if (status === 201) orders.push(body.order.id);
      await delay(100);
    }
  }
  await ending;
  return { latencies, orders };
}

function p99(latencies: readonly number[]): number {
  const sorted = latencies.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length * 0.99)] ?? 0);
}

/** The memory of the runner itself, in MB. */
function memoryOf({ pid }: Run): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}

async function confirmedOrders({ addresses }: Run, expected: readonly string[]): Promise<Set<string>> {
  const waiting = new Set(expected);
  const confirmed = new Set<string>();
  let seen = 0;
  await readTopic(
    addresses,
    'order-confirmations',
    (records) => {
      for (; seen < records.length; seen += 1) {
        const id = records[seen]?.headers.ce_id ?? '';
        waiting.delete(id);
        confirmed.add(id);
      }
      return waiting.size === 0;
    },
    120,
  ).catch(() => []); // Which ones are missing, the caller tells.
  return confirmed;
}

/** The places of the records on the dead-letter topic, those without a payload excepted. */
async function deadLetters({ addresses }: Run): Promise<Place[]> {
  const count = await countRecords(addresses, 'orders-dlt');
  const letters = await readTopic(addresses, 'orders-dlt', (records) => records.length >= count, 120);
  return letters
    .flatMap(({ value }) => Object.values(JSON.parse(value).payload?.records ?? {}).flat() as TopicPlace[])
    .map(({ topic, partition, offset }) => `${topic}-${partition}-${offset}`);
}

interface TopicPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

function namedInLog({ dataDir }: Run): Place[] {
  const log = readFileSync(logFileOf(dataDir), 'utf8');
  return [...log.matchAll(/ (orders-\d+) offset (\d+) is too large for /g)].map(
    ([, partition, offset]) => `${partition}-${offset}`,
  );
}
