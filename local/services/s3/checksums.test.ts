import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checksumOfParts, fullChecksum, statedChecksum } from './checksums.ts';

const PARTS = [randomBytes(70_001), Buffer.alloc(0), randomBytes(3), randomBytes(70_001)];

describe('the checksum of an object from those of its parts', () => {
  it.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)('is that of the whole for a full %s', async (algorithm) => {
    const parts = PARTS.map(async (part) => {
      const { value: checksum } = await fullChecksum(algorithm, part);
      return { checksum, size: part.length };
    });
    const combined = await checksumOfParts({ algorithm, type: 'FULL_OBJECT' }, await Promise.all(parts));
    expect(combined).toEqual(await fullChecksum(algorithm, Buffer.concat(PARTS)));
  });

  it('is that of their checksums for a composite one, with their number', async () => {
    const parts = [
      { checksum: 'NRU+Sw==', size: 1 },
      { checksum: 'NRU+Sw==', size: 1 },
      { checksum: 'TBHN8A==', size: 1 },
    ];
    // Recorded from AWS.
    expect(await checksumOfParts({ algorithm: 'CRC32', type: 'COMPOSITE' }, parts)).toEqual({
      algorithm: 'CRC32',
      type: 'COMPOSITE',
      value: '5FRUiw==-3',
    });
  });
});

describe('a stated checksum', () => {
  it('is found among the headers, whatever else begins like it', () => {
    const headers = { 'x-amz-checksum-mode': 'ENABLED', 'x-amz-checksum-crc32': 'AAAAAA==' };
    expect(statedChecksum(headers)).toEqual({ algorithm: 'CRC32', value: 'AAAAAA==' });
    expect(statedChecksum({})).toBeUndefined();
  });

  it.each([
    [{ 'x-amz-checksum-crc32': 'AAAA' }],
    [{ 'x-amz-checksum-crc32': 'no base64' }],
    [{ 'x-amz-checksum-md4': 'AAAAAA==' }],
    [{ 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-crc32c': 'AAAAAA==' }],
  ])('is refused when it cannot be one: %j', (headers) => {
    expect(() => statedChecksum(headers)).toThrow(expect.objectContaining({ code: 'InvalidRequest' }));
  });
});
