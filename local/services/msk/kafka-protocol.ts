import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** The messages of the Kafka protocol that the sign-in listener reads and writes itself: https://kafka.apache.org/protocol */

export const API_KEY = { saslHandshake: 17, apiVersions: 18, saslAuthenticate: 36 } as const;

export const ERROR_CODE = {
  none: 0,
  unsupportedSaslMechanism: 33,
  illegalSaslState: 34,
  unsupportedVersion: 35,
  saslAuthenticationFailed: 58,
} as const;

/** From this version on, SaslAuthenticate has compact lengths and tagged fields (KIP-482). */
const FLEXIBLE_AUTHENTICATE = 2;
/** The newest version of SaslAuthenticate that is understood here. */
export const NEWEST_AUTHENTICATE = 2;
const NO_TAGGED_FIELDS = Buffer.alloc(1);

export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  /** Where the body begins; in flexible versions, where the tagged fields of the header do. */
  readonly bodyOffset: number;
}

export class FrameError extends Error {
  override name = 'FrameError';
}

/** Prefixes a message with its length. */
export function frame(...parts: readonly Buffer[]): Buffer {
  const payload = Buffer.concat(parts);
  return Buffer.concat([int32(payload.length), payload]);
}

/** @throws FrameError */
export function readHeader(payload: Buffer): RequestHeader {
  return guarded(() => {
    const clientIdLength = Math.max(payload.readInt16BE(8), 0);
    return {
      apiKey: payload.readInt16BE(0),
      apiVersion: payload.readInt16BE(2),
      correlationId: payload.readInt32BE(4),
      bodyOffset: 10 + clientIdLength,
    };
  });
}

/** The mechanism of a SaslHandshake request, version 0 or 1. @throws FrameError */
export function readHandshakeMechanism(payload: Buffer, offset: number): string {
  return guarded(() => take(payload, offset + 2, payload.readInt16BE(offset)).toString('utf8'));
}

/** The mechanism's own message in a SaslAuthenticate request, version 0 to 2. @throws FrameError */
export function readAuthBytes(payload: Buffer, { apiVersion, bodyOffset }: RequestHeader): Buffer {
  return guarded(() => {
    if (apiVersion < FLEXIBLE_AUTHENTICATE) return take(payload, bodyOffset + 4, payload.readInt32BE(bodyOffset));
    // One byte stands for the empty tagged fields of the header; a compact length counts itself as one.
    const { value, end } = readUnsignedVarint(payload, bodyOffset + 1);
    return take(payload, end, value - 1);
  });
}

/** A SaslHandshake request, version 1. */
export function handshakeRequest(correlationId: number, mechanism: string): Buffer {
  return frame(requestHeader(API_KEY.saslHandshake, 1, correlationId), string(mechanism));
}

/** A SaslHandshake response with the supported mechanisms. */
export function handshakeResponse(correlationId: number, errorCode: number, mechanisms: readonly string[]): Buffer {
  return frame(int32(correlationId), int16(errorCode), int32(mechanisms.length), ...mechanisms.map(string));
}

/** A SaslAuthenticate request, version 1. */
export function authenticateRequest(correlationId: number, authBytes: Buffer): Buffer {
  return frame(requestHeader(API_KEY.saslAuthenticate, 1, correlationId), int32(authBytes.length), authBytes);
}

/**
 * A SaslAuthenticate response. From version 1 on it has a session lifetime, of 0: clients need not sign in again.
 *
 * @param version 0 to 2
 * @param errorMessage null when there is no error
 */
export function authenticateResponse(
  correlationId: number,
  version: number,
  errorCode: number,
  errorMessage: string | null,
): Buffer {
  const sessionLifetimeMs = version >= 1 ? Buffer.alloc(8) : Buffer.alloc(0);
  if (version < FLEXIBLE_AUTHENTICATE) {
    const message = errorMessage === null ? int16(-1) : string(errorMessage);
    return frame(int32(correlationId), int16(errorCode), message, int32(0), sessionLifetimeMs);
  }
  const message = errorMessage === null ? unsignedVarint(0) : compactBytes(Buffer.from(errorMessage));
  const body = [int16(errorCode), message, compactBytes(Buffer.alloc(0)), sessionLifetimeMs];
  return frame(int32(correlationId), NO_TAGGED_FIELDS, ...body, NO_TAGGED_FIELDS);
}

/** The error code of a SaslHandshake or SaslAuthenticate response. @throws FrameError */
export function readErrorCode(payload: Buffer): number {
  return guarded(() => payload.readInt16BE(4));
}

/**
 * Reads one message and leaves the rest in the stream, so that it can be piped on.
 *
 * @returns the message without its length; undefined if the stream ended first
 * @throws FrameError when the message exceeds `maxBytes` or is cut off; the signal's reason when aborted
 */
export async function readFrame(stream: Readable, maxBytes: number, signal: AbortSignal): Promise<Buffer | undefined> {
  const length = (await readExactly(stream, 4, signal))?.readInt32BE(0);
  if (length === undefined) return undefined;
  if (length <= 0 || length > maxBytes)
    throw new FrameError(`a message of ${length} bytes is not accepted before sign-in`);
  const payload = await readExactly(stream, length, signal);
  if (payload === undefined) throw new FrameError('a message was cut off');
  return payload;
}

async function readExactly(stream: Readable, length: number, signal: AbortSignal): Promise<Buffer | undefined> {
  for (;;) {
    signal.throwIfAborted();
    const chunk: Buffer | null = stream.read(length);
    if (chunk?.length === length) return chunk;
    // What is left of a stream that has ended.
    if (chunk !== null) throw new FrameError('a message was cut off');
    if (stream.readableEnded || stream.destroyed) return undefined;
    await readableOrEnded(stream, signal);
  }
}

async function readableOrEnded(stream: Readable, signal: AbortSignal): Promise<void> {
  const settled = new AbortController();
  const options = { signal: AbortSignal.any([signal, settled.signal]) };
  try {
    await Promise.race([
      once(stream, 'readable', options),
      once(stream, 'end', options),
      once(stream, 'close', options),
    ]);
  } finally {
    settled.abort();
  }
}

function requestHeader(apiKey: number, apiVersion: number, correlationId: number): Buffer {
  return Buffer.concat([int16(apiKey), int16(apiVersion), int32(correlationId), string('orderflow-sign-in')]);
}

function string(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([int16(bytes.length), bytes]);
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function compactBytes(bytes: Buffer): Buffer {
  return Buffer.concat([unsignedVarint(bytes.length + 1), bytes]);
}

function unsignedVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function readUnsignedVarint(payload: Buffer, offset: number): { value: number; end: number } {
  let value = 0;
  let end = offset;
  for (let shift = 0; ; shift += 7) {
    const byte = payload.readUInt8(end);
    value += (byte & 0x7f) * 2 ** shift;
    end += 1;
    if (byte < 0x80) return { value, end };
  }
}

function take(payload: Buffer, offset: number, length: number): Buffer {
  if (length < 0 || offset + length > payload.length) throw new FrameError('a field exceeds its message');
  return payload.subarray(offset, offset + length);
}

function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new FrameError('a message ends too early', { cause: error });
    throw error;
  }
}
