import { CONNECTIONS_PER_SHARD, MOST_SHARDS } from '../../../functions/domain/shard-map.ts';
import { CONNECTIONS_OF_OTHERS, UNRESERVED, WITHOUT_SHARDS } from '../../../infra/config/concurrency.ts';
import { maxConnections, STAGES } from '../../../infra/config/stage.ts';
import { durationOnAws } from '../lambda-bill.ts';
import { HOURS_OF_A_MONTH } from '../prices.ts';
import { WAITS_MS } from '../waits.ts';
import {
  BROKER_SIZES,
  BUSY_AT_MOST,
  MEMORY_SIZES,
  ORDER,
  POLLER,
  POSTGRES_SIZES,
  S3_PUTS_PER_PARTITION,
} from './inputs.ts';

const { prod } = STAGES;
const PARTITIONS_OF_ORDERS = 6;
export const CREATE_MB = 512;
const DAY_SECONDS = 86_400;
/** How long Kafka keeps records unless told otherwise. */
const HOURS_OF_A_WEEK = 168;
/** The part of a broker's disk that the topic `orders` may fill. */
const DISK_OF_ORDERS = 0.4;

/** Their executions depend on the rate. */
const COUNTED_APART = ['create-order', 'consume-orders', 'confirm-orders'];
/** The other functions with connections to the brokers. */
const WITH_KAFKA = ['relay-outbox', 'health', 'overview', 'dlt'];

/** What so many orders a second need of each part; reading is what prod has today. */
export interface Needs {
  readonly rate: number;
  readonly ordersAMonth: number;
  /** How long an order takes, in milliseconds. */
  readonly createMs: number;
  /** Executions at a time. */
  readonly creates: number;
  readonly quota: number;
  readonly processors: number;
  readonly shards: { readonly count: number; readonly instance: (typeof POSTGRES_SIZES)[number] };
  /** To each shard, and what such an instance takes. */
  readonly connections: { readonly open: number; readonly allowed: number };
  readonly partitions: number;
  /** Of both consumers, in MB. */
  readonly consumerMb: number;
  readonly pollers: number;
  readonly pollerUnits: number;
  readonly brokers: { readonly count: number; readonly broker: (typeof BROKER_SIZES)[number] };
  readonly brokerConnections: number;
  /** How long the brokers keep an event on the disks of prod: a week at most. */
  readonly hoursOfEvents: number;
  /** Of the rows, until the disks of prod are as large as they may grow. */
  readonly daysOfOrders: number;
  /** In each shard: the order's and its settlement's. Postgres writes those of a moment at once. */
  readonly commitsASecond: number;
  readonly bucketPartitions: number;
  readonly logGigabytesADay: number;
  readonly rowGigabytesAMonth: number;
  readonly receiptGigabytesAMonth: number;
}

/** @param rate orders a second */
export function needsAt(rate: number): Needs {
  const createMs = durationOnAws({ cpuMs: ORDER.createMs, memoryMb: CREATE_MB, waitMs: WAITS_MS['create-order'] });
  const creates = Math.ceil((rate * createMs) / 1_000 / BUSY_AT_MOST);
  const shards = shardsFor(rate, creates);
  const consumerMb = memoryOfConsumers(rate / shards.count);
  const partitions = Math.max(PARTITIONS_OF_ORDERS, Math.ceil(rate / eventsASecond(consumerMb)));
  const megabytes = (rate * ORDER.eventBytes) / 1e6;
  const pollers = [partitions, shards.count].map((each) =>
    Math.ceil(Math.max(megabytes / POLLER.megabytes, each / POLLER.invocations)),
  );
  const all = pollers.reduce((sum, each) => sum + each, 0);
  const { brokers, replicationFactor, storageGiB } = prod.kafka;
  const stored = (2 * megabytes * replicationFactor) / brokers;
  const month = rate * HOURS_OF_A_MONTH * 3_600;
  const diskOfOrders = DISK_OF_ORDERS * storageGiB * 1024 ** 3 * (brokers / replicationFactor);
  const rows = shards.count * (prod.database.maxStorageGiB ?? prod.database.storageGiB) * 1024 ** 3;
  return {
    rate,
    ordersAMonth: month,
    createMs,
    creates,
    quota: reserved((name) => !COUNTED_APART.includes(name)) + creates + partitions + shards.count + UNRESERVED,
    processors: processorsFor(rate),
    shards,
    connections: {
      open: connectionsFor(creates, shards.count),
      allowed: maxConnections({ ...prod.database, ...shards.instance }),
    },
    partitions,
    consumerMb,
    pollers: all,
    pollerUnits: Math.ceil(Math.max(all / POLLER.perUnit, (2 * megabytes) / POLLER.unitMegabytes)),
    brokers: { count: brokers, broker: smallest(BROKER_SIZES, ({ storesMB }) => storesMB * BUSY_AT_MOST >= stored) },
    brokerConnections: creates + partitions + reserved((name) => WITH_KAFKA.includes(name)) + all,
    hoursOfEvents: Math.min(HOURS_OF_A_WEEK, diskOfOrders / (rate * ORDER.eventBytes) / 3_600),
    daysOfOrders: rows / (rate * ORDER.rowBytes) / DAY_SECONDS,
    commitsASecond: (2 * rate) / shards.count,
    bucketPartitions: Math.ceil(rate / S3_PUTS_PER_PARTITION),
    logGigabytesADay: (rate * DAY_SECONDS * ORDER.logBytes) / 1e9,
    rowGigabytesAMonth: (month * ORDER.rowBytes) / 1e9,
    receiptGigabytesAMonth: (month * ORDER.receiptBytes) / 1e9,
  };
}

function processorsFor(rate: number): number {
  return Math.ceil((rate * ORDER.postgresMs) / 1_000 / BUSY_AT_MOST);
}

/** The smallest instances that take the connections, where any do, and of which there are as few as compute enough. */
function shardsFor(rate: number, creates: number): Needs['shards'] {
  const countOf = ({ processors }: (typeof POSTGRES_SIZES)[number]) =>
    Math.max(2, Math.ceil(processorsFor(rate) / processors));
  const fits = POSTGRES_SIZES.filter((instance) => countOf(instance) <= MOST_SHARDS);
  const instance =
    fits.find((each) => connectionsFor(creates, countOf(each)) <= maxConnections({ ...prod.database, ...each })) ??
    fits[0];
  if (instance === undefined) throw new Error(`No instances compute ${rate} orders a second.`);
  return { count: countOf(instance), instance };
}

/** Each environment has a connection to each shard, however many there are. */
function connectionsFor(creates: number, shards: number): number {
  const left = [...WITHOUT_SHARDS, 'create-order', 'confirm-orders'];
  const others = reserved((name) => !left.includes(name));
  return (creates + shards + others) * CONNECTIONS_PER_SHARD + CONNECTIONS_OF_OTHERS;
}

/** Events a second of a consumer, for a partition: one batch at a time. */
function eventsASecond(memoryMb: number): number {
  return (BUSY_AT_MOST * 1_000) / durationOnAws({ cpuMs: ORDER.consumeMs, memoryMb, waitMs: 0 });
}

/** Confirmations have a partition for each shard, so that memory is what makes a shard's faster. */
function memoryOfConsumers(ratePerShard: number): number {
  return MEMORY_SIZES.find((memoryMb) => eventsASecond(memoryMb) >= ratePerShard) ?? (MEMORY_SIZES.at(-1) as number);
}

function smallest<T>(sizes: readonly T[], isEnough: (size: T) => boolean): T {
  const found = sizes.find(isEnough);
  if (found === undefined) throw new Error('No size is enough.');
  return found;
}

/** Executions reserved in prod for the functions that `counts` names. */
function reserved(counts: (name: string) => boolean): number {
  return Object.entries(prod.concurrency ?? {}).reduce((sum, [name, each]) => (counts(name) ? sum + each : sum), 0);
}
