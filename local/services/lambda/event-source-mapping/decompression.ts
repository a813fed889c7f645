import { gunzipSync, type InputType, zstdDecompressSync } from 'node:zlib';
import { compressionsAlgorithms } from '@platformatic/kafka';

/** What a batch may decompress to. Of 1 MB, gzip can make 1 GB and zstd 30: more than this machine may have. */
export const MAX_DECOMPRESSED_BYTES = 256 * 1024 * 1024;

/** Sets the library a limit, which it has no option for. Snappy and lz4 make at most 250 times as much, and need none. */
export function limitDecompression(): void {
  const limit = { maxOutputLength: MAX_DECOMPRESSED_BYTES };
  Object.assign(compressionsAlgorithms.gzip, { decompressSync: (data: InputType) => gunzipSync(data, limit) });
  Object.assign(compressionsAlgorithms.zstd, { decompressSync: (data: InputType) => zstdDecompressSync(data, limit) });
}
