import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { CompressionCodecs, CompressionTypes } from 'kafkajs';
import { compress as snappy } from 'snappyjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerDecompression } from './codecs.ts';
import { decompressLz4 } from './lz4-frame.ts';
import frames from './samples/lz4-frames.json' with { type: 'json' };
import { decompressSnappy } from './snappy.ts';

/** What the samples hold; made with `lz4` 1.9.4. */
const ORDERS = 'order '.repeat(12_000);
const MOST = 100_000;

const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const xerial = (...blocks: Buffer[]) =>
  Buffer.concat([
    Buffer.from('\x82SNAPPY\0', 'latin1'),
    uint32(1),
    uint32(1),
    ...blocks.flatMap((block) => [uint32(block.length), block]),
  ]);
/** A frame of one block. */
const lz4 = (block: number[]) =>
  Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0, block.length, 0, 0, 0, ...block, 0, 0, 0, 0]);

describe('an LZ4 frame', () => {
  it.each(Object.entries(frames))('with %s is read', (_, frame) => {
    expect(decompressLz4(Buffer.from(frame, 'base64'), MOST).toString()).toBe(ORDERS);
  });

  it('with a stored block and without any is read', () => {
    const stored = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0, 2, 0, 0, 0x80, 0x68, 0x69, 0, 0, 0, 0];
    expect(decompressLz4(Buffer.from(stored), MOST).toString()).toBe('hi');
    expect(decompressLz4(Buffer.from(stored.toSpliced(7, 6)), MOST)).toHaveLength(0);
  });

  it('that ends too early is refused, wherever it ends', () => {
    const frame = Buffer.from(frames['linked blocks and a checksum of the content'], 'base64');
    // The checksum at the end is not needed.
    for (let length = 0; length < frame.length - 4; length++) {
      expect(() => decompressLz4(frame.subarray(0, length), MOST)).toThrow(RangeError);
    }
  });

  it.each([
    ['is none', Buffer.from('no frame at all'), 'no LZ4 frame'],
    ['needs a dictionary', Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x61, 0x40]), 'dictionary'],
    ['is of another version', Buffer.from([0x04, 0x22, 0x4d, 0x18, 0xa0, 0x40]), 'version'],
    ['repeats from before its beginning', lz4([0x10, 0x61, 2, 0, 0]), 'before its beginning'],
    ['repeats from nowhere', lz4([0x10, 0x61, 0, 0, 0]), 'before its beginning'],
    ['has fewer literals than it says', lz4([0xf0, 0xff, 0, 0x61]), 'within a sequence'],
    ['holds more than is allowed', Buffer.from(frames['one block without checksums'], 'base64'), '1000 bytes'],
  ])('that %s is refused', (_, frame, reason) => {
    expect(() => decompressLz4(frame, 1_000)).toThrow(reason);
  });
});

describe('snappy', () => {
  it('is read as one block, and as the blocks of snappy-java', () => {
    const [first, second] = [snappy(Buffer.from(ORDERS)), snappy(Buffer.from('and more'))];
    expect(decompressSnappy(first, MOST).toString()).toBe(ORDERS);
    expect(decompressSnappy(xerial(first, second), MOST).toString()).toBe(`${ORDERS}and more`);
    expect(decompressSnappy(xerial(), MOST)).toHaveLength(0);
  });

  it('is refused when it ends too early, or holds more than is allowed', () => {
    const blocks = xerial(snappy(Buffer.from(ORDERS)), snappy(Buffer.from(ORDERS)));
    expect(() => decompressSnappy(blocks.subarray(0, -1), 2 * MOST)).toThrow(RangeError);
    expect(() => decompressSnappy(blocks, MOST)).toThrow('too big');
  });
});

describe('batches for KafkaJS', () => {
  const former = { ...CompressionCodecs };
  beforeAll(registerDecompression);
  afterAll(() => void Object.assign(CompressionCodecs, former));

  const packed = {
    gzip: [CompressionTypes.GZIP, promisify(zlib.gzip)],
    snappy: [CompressionTypes.Snappy, async (data: Buffer) => snappy(data)],
    lz4: [CompressionTypes.LZ4, async () => Buffer.from(frames['one block without checksums'], 'base64')],
    zstd: [CompressionTypes.ZSTD, promisify(zlib.zstdCompress)],
  } as const;

  it.each(Object.entries(packed))('are decompressed with %s', async (_, [type, compress]) => {
    const codec = CompressionCodecs[type]();
    expect(String(await codec.decompress(await compress(Buffer.from(ORDERS))))).toBe(ORDERS);
  });

  it.each(Object.entries(packed))('are left out, with the reason, when %s cannot read them', async (name, [type]) => {
    const reading = CompressionCodecs[type]().decompress(Buffer.from('\xffjunk', 'latin1'));
    await expect(reading).rejects.toMatchObject({
      name: 'UndecodableBatchError',
      message: expect.stringContaining(`It cannot be decompressed with ${name}: `),
    });
  });

  it('are left out when a few bytes stand for more than a function can hold', async () => {
    const zeros = Buffer.alloc(65 * 1024 * 1024);
    for (const [type, compress] of [packed.gzip, packed.zstd]) {
      const bomb = await compress(zeros);
      expect(bomb.length).toBeLessThan(100_000);
      await expect(CompressionCodecs[type]().decompress(bomb)).rejects.toThrow('It cannot be decompressed');
    }
  });
});
