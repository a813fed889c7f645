const MAGIC = 0x184d2204;
/** Of a block's size: the block is stored as it is. */
const STORED = 0x80000000;
/** A nibble of 15 is continued by the bytes that follow. */
const CONTINUED = 15;
const SHORTEST_MATCH = 4;

/**
 * Decompresses an LZ4 frame, as Kafka writes it. Checksums are passed over: the broker has checked the batch.
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md, https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 *
 * @throws RangeError when the frame ends too early; Error when it is none, needs a dictionary, or holds more than `mostBytes`
 */
export function decompressLz4(frame: Buffer, mostBytes: number): Buffer {
  if (frame.readUInt32LE(0) !== MAGIC) throw new Error('This is no LZ4 frame.');
  const flags = frame.readUInt8(4);
  if (flags >> 6 !== 1) throw new Error('This LZ4 frame is of another version.');
  if (flags & 0b1) throw new Error('This LZ4 frame needs a dictionary.');
  const [hasContentSize, hasBlockChecksums] = [(flags & 0b1000) !== 0, (flags & 0b1_0000) !== 0];
  const output = new Output(mostBytes);
  // Behind magic number, flags, block descriptor, perhaps the content's size, and the header's checksum.
  for (let at = hasContentSize ? 15 : 7; ; ) {
    const size = frame.readUInt32LE(at);
    if (size === 0) return output.bytes();
    const [begin, end] = [at + 4, at + 4 + (size % STORED)];
    if (end > frame.length) throw new RangeError('This LZ4 frame ends within a block.');
    const block = frame.subarray(begin, end);
    if (size >= STORED) output.append(block);
    else decompressBlock(block, output);
    at = hasBlockChecksums ? end + 4 : end;
  }
}

/** A block is a list of sequences: literals, then a match, which repeats what was written before. The last has no match. */
function decompressBlock(block: Buffer, output: Output): void {
  let at = 0;
  const readLength = (nibble: number) => {
    let length = nibble;
    for (let byte = 255; nibble === CONTINUED && byte === 255; at += 1) {
      byte = block.readUInt8(at);
      length += byte;
    }
    return length;
  };
  while (at < block.length) {
    const token = block.readUInt8(at);
    at += 1;
    const literals = readLength(token >> 4);
    if (at + literals > block.length) throw new RangeError('This LZ4 block ends within a sequence.');
    output.append(block.subarray(at, at + literals));
    at += literals;
    if (at === block.length) return;
    const distance = block.readUInt16LE(at);
    at += 2;
    output.repeat(distance, readLength(token & CONTINUED) + SHORTEST_MATCH);
  }
}

/** Bytes of which more and more come. */
class Output {
  readonly #mostBytes: number;
  #buffer = Buffer.alloc(64 * 1024);
  #length = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  append(bytes: Buffer): void {
    this.#reserve(bytes.length);
    bytes.copy(this.#buffer, this.#length);
    this.#length += bytes.length;
  }

  /** Appends so many bytes from so far back; with more bytes than that, they repeat. */
  repeat(distance: number, count: number): void {
    if (distance === 0 || distance > this.#length)
      throw new RangeError('This LZ4 block refers to before its beginning.');
    this.#reserve(count);
    const from = this.#length - distance;
    for (const end = this.#length + count; this.#length < end; ) {
      // What has been repeated can be copied along, so that the pieces double.
      const piece = Math.min(end, 2 * this.#length - from) - this.#length;
      this.#buffer.copyWithin(this.#length, from, from + piece);
      this.#length += piece;
    }
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed > this.#mostBytes) throw new Error(`It holds more than ${this.#mostBytes} bytes.`);
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.alloc(Math.max(needed, 2 * this.#buffer.length));
    this.#buffer.copy(larger);
    this.#buffer = larger;
  }
}
