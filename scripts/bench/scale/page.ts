import { dollarsAt, keptDollars } from './dollars.ts';
import { type Needs, needsAt } from './needs.ts';

/** The rates that docs/scale.md tells of, in orders a second. */
export const RATES = [100, 1_000, 10_000, 100_000] as const;

const ROWS: readonly (readonly [string, (needs: Needs) => string])[] = [
  ['orders a month', ({ ordersAMonth }) => rough(ordersAMonth)],
  ['`create-order` at a time', ({ creates }) => about(creates)],
  ['concurrent executions of the account', ({ quota }) => about(quota)],
  ['processors of Postgres', ({ processors }) => number(processors)],
  ['shards', ({ shards }) => `${shards.count} db.m7g.${shards.instance.size}`],
  [
    'connections to each, of at most',
    ({ connections: { open, allowed } }) => `${about(open)} of ${number(allowed)}${open > allowed ? ' **!**' : ''}`,
  ],
  ['partitions of `orders`', ({ partitions }) => number(partitions)],
  ['memory of each consumer', ({ consumerMb }) => `${number(consumerMb)} MB`],
  ['pollers, in units', ({ pollers, pollerUnits }) => `${pollers} in ${pollerUnits}`],
  ['brokers', ({ brokers }) => `${brokers.count} kafka.m7g.${brokers.broker.size}`],
  [
    'connections to each broker, of at most 3,000',
    ({ brokerConnections }) => `${about(brokerConnections)}${brokerConnections > 3_000 ? ' **!**' : ''}`,
  ],
  ['events are kept, on the disks of `prod`', ({ hoursOfEvents }) => time(hoursOfEvents)],
  ['partitions of the bucket', ({ bucketPartitions }) => number(bucketPartitions)],
  ['logs of functions a day', ({ logGigabytesADay }) => size(logGigabytesADay)],
  ['commits a second in each shard', ({ commitsASecond }) => about(commitsASecond)],
  ['rows a month, all shards', ({ rowGigabytesAMonth }) => size(rowGigabytesAMonth)],
  ['until the disks of such shards are full', ({ daysOfOrders }) => time(daysOfOrders * 24)],
  ['receipts a month', ({ receiptGigabytesAMonth }) => size(receiptGigabytesAMonth)],
];

/** What each rate needs, as a table in Markdown. */
export function needsTable(): string {
  const all = RATES.map(needsAt);
  return table(
    ['orders a second', ...RATES.map(number)],
    ROWS.map(([what, cell]) => [what, ...all.map(cell)]),
  );
}

/** What each rate costs a month, as a table in Markdown. */
export function dollarsTable(): string {
  const all = RATES.map(needsAt);
  const dollars = all.map(dollarsAt);
  const parts = Object.keys(dollars[0] ?? {});
  const sums = dollars.map((each) => Object.values(each).reduce((sum, part) => sum + part, 0));
  const perMillion = sums.map((sum, index) => `$${(sum / ((all[index] as Needs).ordersAMonth / 1e6)).toFixed(1)}`);
  return table(
    ['dollars a month at', ...RATES.map(number)],
    [
      ...parts.map((part) => [part, ...dollars.map((each) => money(each[part] as number))]),
      ['**all**', ...sums.map((sum) => `**${money(sum)}**`)],
      ['a million orders', ...perMillion],
      ['each further month that is kept', ...all.map((needs) => money(keptDollars(needs)))],
    ],
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

/** With two digits: nothing here is known better. */
function about(value: number): string {
  return number(Number(value.toPrecision(2)));
}

/** With three digits. */
function rough(value: number): string {
  const [unit, by] = value >= 1e9 ? ['billion', 1e9] : ['million', 1e6];
  return `${Number((value / by).toPrecision(3))} ${unit}`;
}

function money(dollars: number): string {
  return `$${number(Number(dollars.toPrecision(3)))}`;
}

function size(gigabytes: number): string {
  return gigabytes >= 1_000
    ? `${Number((gigabytes / 1_000).toPrecision(3))} TB`
    : `${Number(gigabytes.toPrecision(3))} GB`;
}

function time(hours: number): string {
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  return hours >= 2 ? `${Math.floor(hours)} hours` : `${Math.floor(hours * 60)} minutes`;
}
