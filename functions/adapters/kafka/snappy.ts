import { uncompress } from 'snappyjs';

/** Before the blocks that snappy-java writes, and with it Kafka's own clients and brokers. */
const XERIAL_MAGIC = Buffer.from('\x82SNAPPY\0', 'latin1');
/** The magic number and two version numbers. */
const XERIAL_HEADER_BYTES = 16;

/**
 * Decompresses what Kafka calls snappy: blocks with their lengths, as snappy-java writes them, or a single block, as other
 * clients do.
 * https://github.com/xerial/snappy-java/blob/master/src/main/java/org/xerial/snappy/SnappyOutputStream.java
 *
 * @throws RangeError when it ends too early; Error when it is not valid, or holds more than `mostBytes`
 */
export function decompressSnappy(data: Buffer, mostBytes: number): Buffer {
  if (!data.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return uncompress(data, mostBytes);
  const blocks: Buffer[] = [];
  let bytesLeft = mostBytes;
  for (let at = XERIAL_HEADER_BYTES; at < data.length; ) {
    const [begin, end] = [at + 4, at + 4 + data.readUInt32BE(at)];
    if (end > data.length) throw new RangeError('It ends within a block.');
    const block = uncompress(data.subarray(begin, end), bytesLeft);
    bytesLeft -= block.length;
    blocks.push(block);
    at = end;
  }
  return Buffer.concat(blocks);
}
