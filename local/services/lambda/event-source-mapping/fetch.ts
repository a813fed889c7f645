import { type Connection, FetchIsolationLevels, fetchV12, IS_CONTROL, IS_TRANSACTIONAL } from '@platformatic/kafka';
import { limitDecompression } from './decompression.ts';
import { KafkaRecord } from './kafka-record.ts';

limitDecompression();

type FetchResponse = Awaited<ReturnType<typeof fetchV12.api.async>>;
type FetchedPartition = FetchResponse['responses'][number]['partitions'][number];
type RecordBatch = NonNullable<FetchedPartition['records']>[number];

/** How long a broker holds a fetch back for lack of records: how late a lost permission is noticed, never a new record. */
const MAX_WAIT_MS = 5_000;
/** In the attributes of a batch: its records have the time at which the broker stored them. */
const LOG_APPEND_TIME = 0b1000;
/** In the key of a control record: a transaction was aborted. */
const ABORT_MARKER = 0;
/** A fetch on its own, without a session that the broker remembers (KIP-227). */
const NO_SESSION = { id: 0, epoch: -1 };

export interface Fetch {
  readonly topic: string;
  readonly partition: number;
  /** The first offset that is wanted. */
  readonly offset: number;
  /** A broker sends at least one batch, and no further one that exceeds this. */
  readonly maxBytes: number;
}

export interface Fetched {
  readonly records: KafkaRecord[];
  /** Where to read on: beyond the last record when the log ends in markers or was compacted. */
  readonly nextOffset: number;
}

/**
 * Reads records of one partition from its leader; waits up to 5 s for the first one. Records of transactions that are open
 * or were aborted are left out.
 *
 * @throws the library's error when the broker refuses or a batch cannot be decoded
 */
export async function fetchRecords(
  leader: Connection,
  { topic, partition, offset, maxBytes }: Fetch,
): Promise<Fetched> {
  const wanted = {
    partition,
    currentLeaderEpoch: -1,
    fetchOffset: BigInt(offset),
    lastFetchedEpoch: -1,
    partitionMaxBytes: maxBytes,
  };
  const response = await fetchV12.api.async(
    leader,
    MAX_WAIT_MS,
    1,
    maxBytes,
    FetchIsolationLevels.READ_COMMITTED,
    NO_SESSION.id,
    NO_SESSION.epoch,
    [{ topicId: topic, partitions: [wanted] }],
    [],
    '',
  );
  const fetched = response.responses[0]?.partitions[0];
  const batches = fetched?.records ?? [];
  const records = committed(batches, fetched?.abortedTransactions ?? [])
    .flatMap((batch) => recordsOf(topic, partition, batch))
    .filter((record) => record.offset >= offset);
  const last = batches.at(-1);
  return { records, nextOffset: last ? Number(last.firstOffset) + last.lastOffsetDelta + 1 : offset };
}

/** The batches without markers and without those of aborted transactions: https://kafka.apache.org/documentation/#controlbatch */
function committed(
  batches: readonly RecordBatch[],
  abortedTransactions: NonNullable<FetchedPartition['abortedTransactions']>,
): RecordBatch[] {
  const upcoming = abortedTransactions.toSorted((a, b) => Number(a.firstOffset - b.firstOffset));
  const aborted = new Set<bigint>();
  return batches.filter(({ attributes, firstOffset, lastOffsetDelta, producerId, records }) => {
    while (upcoming[0] && upcoming[0].firstOffset <= firstOffset + BigInt(lastOffsetDelta)) {
      aborted.add(upcoming[0].producerId);
      upcoming.shift();
    }
    if (attributes & IS_CONTROL) {
      if (records[0]?.key?.readInt16BE(2) === ABORT_MARKER) aborted.delete(producerId);
      return false;
    }
    return !(attributes & IS_TRANSACTIONAL && aborted.has(producerId));
  });
}

function recordsOf(topic: string, partition: number, batch: RecordBatch): KafkaRecord[] {
  const atAppend = (batch.attributes & LOG_APPEND_TIME) !== 0;
  return batch.records.map(
    (record) =>
      new KafkaRecord({
        topic,
        partition,
        offset: Number(batch.firstOffset) + record.offsetDelta,
        timestamp: Number(
          atAppend ? batch.maxTimestamp : BigInt.asIntN(64, batch.firstTimestamp + record.timestampDelta),
        ),
        timestampType: atAppend ? 'LOG_APPEND_TIME' : 'CREATE_TIME',
        key: record.key,
        value: record.value,
        headers: record.headers.map(([name, value]) => [String(name ?? ''), value ?? Buffer.alloc(0)] as const),
      }),
  );
}
