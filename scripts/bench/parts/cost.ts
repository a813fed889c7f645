import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TOPICS } from '../../../functions/contract/topics.ts';
import { entriesIn } from '../../../tooling/log-entry.ts';
import { logFileOf, REPOSITORY } from '../../../tooling/paths.ts';
import type { Instance } from '../../chaos/instance.ts';
import { seededRandom } from '../../chaos/random.ts';
import { type BenchContext, type Part, withSystem } from '../context.ts';
import type { Figure } from '../figures.ts';
import { durationOnAws, invocationDollars, reportedDollars } from '../lambda-bill.ts';
import { someOrder } from '../load/orders.ts';
import { runLoad, warmUp } from '../load/run-load.ts';
import { type PlatformReport, platformReports } from '../platform-reports.ts';
import { PRICES } from '../prices.ts';
import { watchProcessorTime } from '../process-groups.ts';
import { ACCESS_LOG_BYTES, BYTES_OF_AN_EVENT, TRACED } from '../requests.ts';
import { untilConfirmed } from '../until-confirmed.ts';
import { WAITS_MS } from '../waits.ts';

const STEADY = { clients: 8, perSecond: 20 };
const MILLION = 1e6;
/** What a million orders cost on AWS on top of an idle month, from what functions take here. */
export const cost: Part = {
  measures: `dollars for a million orders at the prices of ${PRICES.date}, from the computing, memory and log lines of each function`,
  run: (context) => withSystem(context, (instance) => measureCost(context, instance)),
};

async function measureCost(context: BenchContext, instance: Instance): Promise<Figure[]> {
  const { sizes, seed, signal, say } = context;
  const { addresses, dataDir, pid } = instance;
  await warmUp({ api: addresses.api, seed, clients: STEADY.clients }, signal);
  await untilConfirmed(context, instance);
  const before = { reports: platformReports(dataDir).length, bytes: loggedBytes(dataDir), events: eventBytes(dataDir) };
  const spent = watchProcessorTime(pid, dataDir);
  say(`cost: ${STEADY.perSecond} orders a second`);
  const seconds = sizes.seconds * sizes.rounds;
  const { all } = await runLoad({ api: addresses.api, seed, ...STEADY, warmUpSeconds: 0, seconds }, signal);
  await untilConfirmed(context, instance);
  const cpu = spent();
  const reports = Map.groupBy(platformReports(dataDir).slice(before.reports), ({ source }) => source);
  const bytes = (loggedBytes(dataDir) - before.bytes) / all;
  const events = (eventBytes(dataDir) - before.events) / all;
  const answer = await bytesOfAnswer(addresses.api, seed);
  const perMillion = MILLION / all;
  const functions = [...reports].map(([source, ofIt]) => ({
    source,
    here: reportedDollars(ofIt) * perMillion,
    onAws: dollarsOnAws(ofIt, cpu.get(source) ?? 0, waitOf(source)) * perMillion,
  }));
  const parts: (readonly [string, number])[] = [
    ['API Gateway', PRICES.apiMillionRequests],
    ['S3 requests', PRICES.s3MillionPuts],
    ['CloudFront', PRICES.cloudFrontMillionRequests],
    ['bytes of responses', millionTimes(answer) * PRICES.cloudFrontGigabyte],
    ['logs', millionTimes(bytes) * PRICES.logsGigabyte],
    ['access log', millionTimes(ACCESS_LOG_BYTES) * PRICES.logsGigabyte],
    ['traces', TRACED * PRICES.xrayMillionTraces],
    ...functions.map(({ source, onAws }) => [`Lambda, ${source}`, onAws] as const),
  ];
  const of = 'a million orders';
  return [
    { what: 'all, $', of, value: parts.reduce((sum, [, dollars]) => sum + dollars, 0) },
    ...parts.map(([name, value]) => ({ what: `${name}, $`, of, value })),
    ...functions.map(({ source, here: value }) => ({
      what: `Lambda, ${source}, if it took as long as here, $`,
      of,
      value,
    })),
    ...[...reports].map(([source, ofIt]) => ({
      what: `invocations of ${source} per order`,
      of,
      value: ofIt.length / all,
    })),
    { what: 'logs per order, bytes', of, value: bytes },
    { what: 'response to an order, bytes', of, value: answer },
    { what: 'both events of an order in the log of a broker, bytes', of, value: events },
  ];
}

/** What other functions ask takes no time to speak of. */
function waitOf(source: string): number {
  return (WAITS_MS as Readonly<Record<string, number>>)[source] ?? 0;
}

/** A million times so many bytes, in GB. */
function millionTimes(bytes: number): number {
  return (bytes * MILLION) / 1e9;
}

/** @param cpuMs that all of these invocations computed */
function dollarsOnAws(reports: readonly PlatformReport[], cpuMs: number, waitMs: number): number {
  const memoryMb = reports[0]?.memorySizeMB ?? 0;
  const each = durationOnAws({ cpuMs: cpuMs / reports.length, memoryMb, waitMs });
  return invocationDollars(reports.length, reports.length * Math.ceil(each), memoryMb);
}

/** The bytes of a response to an order, with its headers. */
async function bytesOfAnswer(api: string, seed: number): Promise<number> {
  const response = await fetch(`${api}/api/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(someOrder(seededRandom(seed))),
  });
  const headers = [...response.headers].reduce((sum, [name, value]) => sum + `${name}: ${value}\r\n`.length, 0);
  return headers + Buffer.byteLength(await response.text());
}

/** What the functions and Lambda itself have logged so far, in bytes as CloudWatch counts them. */
function loggedBytes(dataDir: string): number {
  const functions = new Set(readdirSync(join(REPOSITORY, 'functions')));
  const entries = [...entriesIn(readFileSync(logFileOf(dataDir), 'utf8'))].filter(({ source }) =>
    functions.has(source),
  );
  return entries.reduce((sum, { text }) => sum + Buffer.byteLength(text) + BYTES_OF_AN_EVENT, 0);
}

/** What the broker has stored of both topics so far. */
function eventBytes(dataDir: string): number {
  const folder = join(dataDir, 'kafka');
  const segment = new RegExp(`/(${TOPICS.orders}|${TOPICS.orderConfirmations})-\\d+/\\d+\\.log$`);
  const segments = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => segment.test(path));
  return segments.reduce((sum, path) => sum + statSync(join(folder, path)).size, 0);
}
