import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { CompressionCodecs, CompressionTypes } from 'kafkajs';
import { decompressLz4 } from './lz4-frame.ts';
import { decompressSnappy } from './snappy.ts';

/** What a batch may decompress to: few bytes may stand for gigabytes, which no function has. */
const MOST_BYTES = 64 * 1024 * 1024;

type Decompress = (data: Buffer) => Buffer | Promise<Buffer>;

/** The patch of KafkaJS knows it by this name: one message, with this error as `undecodable`, stands for the batch. */
export class UndecodableBatchError extends Error {
  override readonly name = 'UndecodableBatchError';
}

const limit = { maxOutputLength: MOST_BYTES };
const unzip = promisify(zlib.unzip);
const zstdDecompress = promisify(zlib.zstdDecompress);

const DECOMPRESSION: readonly [keyof typeof CompressionCodecs, string, Decompress][] = [
  [CompressionTypes.GZIP, 'gzip', (data) => unzip(data, limit)],
  [CompressionTypes.Snappy, 'snappy', (data) => decompressSnappy(data, MOST_BYTES)],
  [CompressionTypes.LZ4, 'lz4', (data) => decompressLz4(data, MOST_BYTES)],
  [CompressionTypes.ZSTD, 'zstd', (data) => zstdDecompress(data, limit)],
];

/**
 * Lets KafkaJS read batches of every compression that Kafka has; by itself it reads gzip alone. Producers and topics choose
 * it: https://kafka.apache.org/documentation/#topicconfigs_compression.type
 */
export function registerDecompression(): void {
  for (const [type, name, decompress] of DECOMPRESSION) {
    CompressionCodecs[type] = () => ({
      decompress: async (data: Buffer) => {
        try {
          return await decompress(data);
        } catch (cause) {
          const reason = cause instanceof Error ? cause.message : String(cause);
          throw new UndecodableBatchError(`It cannot be decompressed with ${name}: ${reason}`, { cause });
        }
      },
    });
  }
}
