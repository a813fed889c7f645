import { STAGES } from '../../../infra/config/stage.ts';
import { durationOnAws } from '../lambda-bill.ts';
import { HOURS_OF_A_MONTH, PRICES, TIERS, tieredDollars } from '../prices.ts';
import { ACCESS_LOG_BYTES, TRACED } from '../requests.ts';
import { WAITS_MS } from '../waits.ts';
import { ORDER } from './inputs.ts';
import { CREATE_MB, type Needs } from './needs.ts';

const MILLION = 1e6;
/** Secrets, their endpoint, alarms and metrics of an idle prod: docs/cost.md. */
const FIXED = 22 + 7 + 42;

/** Dollars a month by part, with so many orders a second all month long. Reading costs on top. */
export function dollarsAt(needs: Needs): Readonly<Record<string, number>> {
  const millions = needs.ordersAMonth / MILLION;
  const gigabytes = (bytes: number) => (needs.ordersAMonth * bytes) / 1e9;
  const { database, kafka } = STAGES.prod;
  return {
    'S3 requests': millions * PRICES.s3MillionPuts,
    'API Gateway': tieredDollars(millions, TIERS.apiMillionRequests),
    CloudFront:
      millions * PRICES.cloudFrontMillionRequests + gigabytes(ORDER.responseBytes) * PRICES.cloudFrontGigabyte,
    'logs, traces':
      tieredDollars(gigabytes(ORDER.logBytes), TIERS.logsGigabyte) +
      gigabytes(ACCESS_LOG_BYTES) * PRICES.logsGigabyte +
      millions * TRACED * PRICES.xrayMillionTraces,
    Lambda: lambdaDollars(needs),
    'Postgres instances':
      HOURS_OF_A_MONTH * needs.shards.count * (needs.shards.instance.processors / 2) * PRICES.postgresLargeHour,
    'Postgres storage': needs.shards.count * database.storageGiB * PRICES.postgresGigabyteMonth,
    'Kafka brokers': HOURS_OF_A_MONTH * needs.brokers.count * needs.brokers.broker.factor * PRICES.brokerLargeHour,
    'Kafka storage': needs.brokers.count * kafka.storageGiB * PRICES.brokerGigabyteMonth,
    pollers: HOURS_OF_A_MONTH * needs.pollerUnits * PRICES.pollerUnitHour,
    'secrets, endpoint, metrics': FIXED,
  };
}

/** Dollars a month for keeping the orders of a month: their rows and their receipts. */
export function keptDollars({ rowGigabytesAMonth, receiptGigabytesAMonth }: Needs): number {
  return rowGigabytesAMonth * PRICES.postgresGigabyteMonth + receiptGigabytesAMonth * PRICES.s3GigabyteMonth;
}

function lambdaDollars({ rate, ordersAMonth, createMs, partitions, shards, consumerMb }: Needs): number {
  const consumers = [
    { waitMs: WAITS_MS['consume-orders'], atATime: partitions },
    { waitMs: WAITS_MS['confirm-orders'], atATime: shards.count },
  ].map(({ waitMs, atATime }) => {
    // One for each order at most, and no more than wait for their answers one after the other.
    const invocations = Math.min(1, (atATime * 1_000) / waitMs / rate);
    const ms = durationOnAws({ cpuMs: ORDER.consumeMs, memoryMb: consumerMb, waitMs: invocations * waitMs });
    return { invocations, gigabyteSeconds: (ms / 1_000) * (consumerMb / 1_024) };
  });
  const invocations = consumers.reduce((sum, each) => sum + each.invocations, 1);
  const create = (Math.ceil(createMs) / 1_000) * (CREATE_MB / 1_024);
  const gigabyteSeconds = consumers.reduce((sum, each) => sum + each.gigabyteSeconds, create);
  return (
    ((ordersAMonth * invocations) / MILLION) * PRICES.lambdaMillionRequests +
    tieredDollars(ordersAMonth * gigabyteSeconds, TIERS.lambdaGigabyteSecond)
  );
}
