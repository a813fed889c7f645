import { expect, it } from 'vitest';
import type { BenchResult } from '../../scripts/bench/report.ts';
import { runToEnd } from '../support/run.ts';

/** So small that the figures say nothing, but they are all there. */
const SMALL = '--seconds 1 --rounds 1 --clients 2 --saves 1 --idle-seconds 2 --events 500 --orders 2000 --rows 200';

/** By part and case: figures that a run cannot have without having measured something. */
const EXPECTED: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  create: {
    '2 clients': [
      'orders a second, ratio',
      'CPU per order, ratio',
      'p50, ms',
      'CPU per order of runner, ms',
      'CPU per order of create-order, ms',
      'CPU per order of kafka, ms',
      'shortest program: p99, ms',
    ],
  },
  answer: { '1 client': ['p50, ms', 'p50 of the bare server, ms', 'CPU per response, ms'] },
  start: {
    cold: ['up, s', 'first order, s', 'of them, Kafka, s', 'of them, Postgres, s', 'CPU until up, s'],
    warm: ['up, ratio to Kafka alone', 'of them, migrations, s', 'p99 of the first 8 clients, ms'],
  },
  idle: {
    runner: ['memory (PSS), MB'],
    functions: ['memory (PSS), MB', 'memory of create-order, MB'],
    engines: ['memory of kafka, MB', 'memory of orders_shard1, MB'],
  },
  consume: {
    '20 orders a second': ['from created to confirmed: p50, ms'],
    'consume-orders': ['events a second', 'CPU per event, µs'],
    'confirm-orders': ['events a second'],
    both: ['events a second'],
  },
  reads: {
    'page 1': ['2,000 a shard: p50, ms', '2,000 a shard: reads a second'],
    'deep page': ['2,000 a shard: p50, ratio to page 1 of few'],
    search: ['2,000 a shard: p50, ms'],
    statistics: ['2,000 a shard: p50, ms', '2,000 a shard: memory (PSS) afterwards, MB'],
  },
  drain: {
    'events only': ['rows a second', 'p99 of orders, ratio to nothing due'],
    'with receipts': ['rows a second', 'objects a second, by themselves'],
  },
  distance: {
    'at cloud distances': [
      'p50, ms',
      'round trips to Postgres per order',
      'round trips to S3 per order',
      'round trips to Kafka per order',
      'round trips per order, one after the other',
    ],
  },
  cost: {
    'a million orders': ['all, $', 'logs, $', 'Lambda, create-order, $', 'invocations of consume-orders per order'],
  },
  'cold-start': {
    'bundle, kB': ['every library, whole', 'create-order', 'consume-orders', 'migrate-shards'],
    'import, ratio to every library': ['create-order', 'confirm-orders'],
    'init, ms': ['create-order', 'relay-outbox', 'get-receipt'],
    'memory, MB': ['dlt', 'overview'],
  },
  'inner-loop': {
    '1 client': ['save to served, ms'],
    '8 clients': ['save to served, ms', 'requests meanwhile'],
    variable: ['save to served, ms', 'of it, the synthesis, ms', 'without the synthesis, ms'],
    'new route': ['save to served, ms', 'of it, the synthesis, ms', 'without the synthesis, ms'],
  },
};

it('measures each part of the bench', { timeout: 1_200_000 }, async () => {
  const { code, output } = await runToEnd(['--json', ...SMALL.split(' ')], process.env, 'scripts/bench/main.ts');
  expect(code, output).toBe(0);
  const { machine, parts } = JSON.parse(output.slice(output.indexOf('\n{'))) as BenchResult;
  expect(machine.commit).toMatch(/^[0-9a-f]{7,}\+?$/);
  expect(Object.keys(parts).sort()).toEqual(Object.keys(EXPECTED).sort());
  const missing = Object.entries(EXPECTED).flatMap(([part, cases]) =>
    Object.entries(cases).flatMap(([of, figures]) =>
      figures
        .filter((what) => !parts[part]?.some((one) => one.what === what && one.of === of && one.value > 0))
        .map((what) => `${part}, ${of}: ${what}`),
    ),
  );
  expect(missing, output).toEqual([]);
});
