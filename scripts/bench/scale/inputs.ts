/**
 * What one order takes. Milliseconds are computing on a processor of its own, of docs/performance.md (`create` with 8 clients, and the change
 * of `consume-orders`); bytes are those that `npm run bench -- --only cost` prints.
 */
export const ORDER = {
  createMs: 3.2,
  /** Of both shards together: the order, its outbox row, statistics and confirmation. */
  postgresMs: 1.2,
  /** Of a consumer in full batches, for one event. */
  consumeMs: 0.048,
  logBytes: 1_757,
  responseBytes: 944,
  /** In a shard, with its indexes. */
  rowBytes: 455,
  /** Each of its two events, in the log of a broker. */
  eventBytes: 516,
  receiptBytes: 263,
} as const;

/** What must not be busier than this, so that a peak, a retry or the loss of a zone finds room. */
export const BUSY_AT_MOST = 0.5;

/** Of the family of prod, by the size of its smallest: each next one is twice the last. */
export const POSTGRES_SIZES = [
  { size: 'large', processors: 2, memoryGiB: 8 },
  { size: 'xlarge', processors: 4, memoryGiB: 16 },
  { size: '2xlarge', processors: 8, memoryGiB: 32 },
  { size: '4xlarge', processors: 16, memoryGiB: 64 },
  { size: '8xlarge', processors: 32, memoryGiB: 128 },
  { size: '16xlarge', processors: 64, memoryGiB: 256 },
] as const;

/**
 * Megabytes a second that a broker can store. From 2xlarge on AWS says so, and smaller ones have their part of it.
 * https://docs.aws.amazon.com/msk/latest/developerguide/msk-provision-throughput-management.html
 */
export const BROKER_SIZES = [
  { size: 'large', storesMB: 78, factor: 1 },
  { size: 'xlarge', storesMB: 156, factor: 2 },
  { size: '2xlarge', storesMB: 312, factor: 4 },
  { size: '4xlarge', storesMB: 625, factor: 8 },
  { size: '8xlarge', storesMB: 1_000, factor: 16 },
] as const;

/** https://docs.aws.amazon.com/lambda/latest/dg/kafka-scaling-modes.html */
export const POLLER = { megabytes: 5, invocations: 5, perUnit: 10, unitMegabytes: 20 } as const;

/** Requests a second that store objects, for each partition of a bucket. https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html */
export const S3_PUTS_PER_PARTITION = 3_500;

/** Sizes of memory that a function is given here, in MB. */
export const MEMORY_SIZES = [256, 512, 1_024, 1_769] as const;
