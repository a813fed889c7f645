/** The types of which the messages of the Kafka protocol consist: https://kafka.apache.org/protocol */

export class FrameError extends Error {
  override name = 'FrameError';
}

export const NO_TAGGED_FIELDS = Buffer.alloc(1);

/** Prefixes a message with its length. */
export function frame(...parts: readonly Buffer[]): Buffer {
  const payload = Buffer.concat(parts);
  return Buffer.concat([int32(payload.length), payload]);
}

export function string(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([int16(bytes.length), bytes]);
}

export function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

export function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

export function compactBytes(bytes: Buffer): Buffer {
  return Buffer.concat([unsignedVarint(bytes.length + 1), bytes]);
}

export function unsignedVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

export function readUnsignedVarint(payload: Buffer, offset: number): { value: number; end: number } {
  let value = 0;
  let end = offset;
  for (let shift = 0; ; shift += 7) {
    const byte = payload.readUInt8(end);
    value += (byte & 0x7f) * 2 ** shift;
    end += 1;
    if (byte < 0x80) return { value, end };
  }
}

/** @throws FrameError */
export function take(payload: Buffer, offset: number, length: number): Buffer {
  if (length < 0 || offset + length > payload.length) throw new FrameError('a field exceeds its message');
  return payload.subarray(offset, offset + length);
}

/** @throws FrameError where the reading goes beyond the message */
export function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new FrameError('a message ends too early', { cause: error });
    throw error;
  }
}
