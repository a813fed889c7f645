import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { entriesIn } from '../../../tooling/log-entry.ts';
import { logFileOf, REPOSITORY } from '../../../tooling/paths.ts';
import type { Instance } from '../../chaos/instance.ts';
import { type BenchContext, type Part, withSystem } from '../context.ts';
import type { Figure } from '../figures.ts';
import { runLoad, warmUp } from '../load/run-load.ts';
import { type PlatformReport, platformReports } from '../platform-reports.ts';
import { PRICES } from '../prices.ts';
import { untilConfirmed } from '../until-confirmed.ts';

const STEADY = { clients: 8, perSecond: 20 };
const MILLION = 1e6;

/** What a million orders cost on AWS on top of an idle month, from what functions take here. */
export const cost: Part = {
  measures: `dollars for a million orders at the prices of ${PRICES.date}, from the milliseconds, memory and log lines of each function`,
  run: (context) => withSystem(context, (instance) => measureCost(context, instance)),
};

async function measureCost(context: BenchContext, instance: Instance): Promise<Figure[]> {
  const { sizes, seed, signal, say } = context;
  const { addresses, dataDir } = instance;
  await warmUp({ api: addresses.api, seed, clients: STEADY.clients }, signal);
  await untilConfirmed(context, instance);
  const before = { reports: platformReports(dataDir).length, bytes: loggedBytes(dataDir) };
  say(`cost: ${STEADY.perSecond} orders a second`);
  const seconds = sizes.seconds * sizes.rounds;
  const { all } = await runLoad({ api: addresses.api, seed, ...STEADY, warmUpSeconds: 0, seconds }, signal);
  await untilConfirmed(context, instance);
  const reports = Map.groupBy(platformReports(dataDir).slice(before.reports), ({ source }) => source);
  const perMillion = MILLION / all;
  const functions = [...reports].map(([source, ofIt]) => ({ source, dollars: lambdaDollars(ofIt) * perMillion }));
  const logs = ((loggedBytes(dataDir) - before.bytes) / 1e9) * PRICES.logsGigabyte * perMillion;
  const parts: (readonly [string, number])[] = [
    ['API Gateway', PRICES.apiMillionRequests],
    ['S3 requests', PRICES.s3MillionPuts],
    ['CloudFront', PRICES.cloudFrontMillionRequests],
    ['logs', logs],
    ...functions.map(({ source, dollars }) => [`Lambda, ${source}`, dollars] as const),
  ];
  const of = 'a million orders';
  return [
    { what: 'all, $', of, value: parts.reduce((sum, [, dollars]) => sum + dollars, 0) },
    ...parts.map(([name, value]) => ({ what: `${name}, $`, of, value })),
    ...[...reports].map(([source, ofIt]) => ({
      what: `invocations of ${source} per order`,
      of,
      value: ofIt.length / all,
    })),
  ];
}

/** Init phases are billed too. https://aws.amazon.com/lambda/pricing/ */
function lambdaDollars(reports: readonly PlatformReport[]): number {
  const gigabyteSeconds = reports.map(
    ({ durationMs, initDurationMs = 0, memorySizeMB }) =>
      (Math.ceil(durationMs + initDurationMs) / 1_000) * (memorySizeMB / 1_024),
  );
  const requests = (reports.length / MILLION) * PRICES.lambdaMillionRequests;
  return requests + gigabyteSeconds.reduce((sum, each) => sum + each, 0) * PRICES.lambdaGigabyteSecond;
}

/** What the functions and Lambda itself have logged so far, in bytes. */
function loggedBytes(dataDir: string): number {
  const functions = new Set(readdirSync(join(REPOSITORY, 'functions')));
  const entries = [...entriesIn(readFileSync(logFileOf(dataDir), 'utf8'))].filter(({ source }) =>
    functions.has(source),
  );
  return entries.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
}
