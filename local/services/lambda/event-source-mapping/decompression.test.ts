import { gzipSync, zstdCompressSync } from 'node:zlib';
import { compressionsAlgorithmsByBitmask, createRecordsBatch, Reader, readRecordsBatch } from '@platformatic/kafka';
import { expect, it } from 'vitest';
import { limitDecompression, MAX_DECOMPRESSED_BYTES } from './decompression.ts';

const GZIP = 1;
const ZSTD = 4;
limitDecompression();

it.each([
  ['gzip', GZIP, gzipSync],
  ['zstd', ZSTD, zstdCompressSync],
] as const)('a batch that %s would blow up to more than the limit cannot be read', (_, bitmask, compress) => {
  const bomb = compress(Buffer.alloc(MAX_DECOMPRESSED_BYTES + 1));
  expect(() => compressionsAlgorithmsByBitmask[bitmask]?.decompressSync(bomb)).toThrow(
    'Cannot create a Buffer larger than',
  );
});

it.each(['gzip', 'zstd'] as const)('a batch of 5 MB in %s is read', (compression) => {
  const message = { topic: 'orders', value: Buffer.alloc(5_000_000, 'x') };
  const batch = createRecordsBatch([message], { compression });
  expect(readRecordsBatch(Reader.from(batch.buffer)).records[0]?.value).toHaveLength(5_000_000);
});
