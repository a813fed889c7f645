import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** The few messages of the Kafka protocol that the sign-in listener reads and writes itself. https://kafka.apache.org/protocol */

export const API_KEY = { saslHandshake: 17, apiVersions: 18, saslAuthenticate: 36 } as const;

export const ERROR_CODE = {
  none: 0,
  unsupportedSaslMechanism: 33,
  illegalSaslState: 34,
  unsupportedVersion: 35,
  saslAuthenticationFailed: 58,
} as const;

export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  /** Where the body begins; of no meaning for flexible versions, whose headers go on. */
  readonly bodyOffset: number;
}

/** A frame that does not follow the protocol. */
export class FrameError extends Error {
  override name = 'FrameError';
}

/** Puts the length in front that every message carries. */
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

/** The mechanism that a SaslHandshake request (version 0 or 1) asks for. @throws FrameError */
export function readHandshakeMechanism(payload: Buffer, offset: number): string {
  return guarded(() => take(payload, offset + 2, payload.readInt16BE(offset)).toString('utf8'));
}

/** The bytes of the mechanism's own message in a SaslAuthenticate request (version 0 or 1). @throws FrameError */
export function readAuthBytes(payload: Buffer, offset: number): Buffer {
  return guarded(() => take(payload, offset + 4, payload.readInt32BE(offset)));
}

/** A SaslHandshake request, version 1. */
export function handshakeRequest(correlationId: number, mechanism: string): Buffer {
  return frame(requestHeader(API_KEY.saslHandshake, 1, correlationId), string(mechanism));
}

/** The answer to a SaslHandshake request, with the mechanisms that there are. */
export function handshakeResponse(correlationId: number, errorCode: number, mechanisms: readonly string[]): Buffer {
  return frame(int32(correlationId), int16(errorCode), int32(mechanisms.length), ...mechanisms.map(string));
}

/** A SaslAuthenticate request, version 1, around the mechanism's own message. */
export function authenticateRequest(correlationId: number, authBytes: Buffer): Buffer {
  return frame(requestHeader(API_KEY.saslAuthenticate, 1, correlationId), int32(authBytes.length), authBytes);
}

/**
 * The answer to a SaslAuthenticate request.
 *
 * @param version 1 adds the session's lifetime: 0, since clients are not asked to sign in again on a connection
 * @param errorMessage null when there is no error
 */
export function authenticateResponse(
  correlationId: number,
  version: number,
  errorCode: number,
  errorMessage: string | null,
): Buffer {
  const message = errorMessage === null ? int16(-1) : string(errorMessage);
  const sessionLifetimeMs = version >= 1 ? Buffer.alloc(8) : Buffer.alloc(0);
  return frame(int32(correlationId), int16(errorCode), message, int32(0), sessionLifetimeMs);
}

/** The error code of a SaslHandshake or SaslAuthenticate response, which begins both. @throws FrameError */
export function readErrorCode(payload: Buffer): number {
  return guarded(() => payload.readInt16BE(4));
}

/**
 * Reads one message and leaves whatever follows it in the stream, so that the stream can be piped on afterwards.
 *
 * @param maxBytes longest message that is taken
 * @param signal gives up waiting
 * @returns the message without its length; undefined when the stream ended before it
 * @throws FrameError when the message is too long or cut off; the signal's reason when aborted
 */
export async function readFrame(stream: Readable, maxBytes: number, signal: AbortSignal): Promise<Buffer | undefined> {
  const length = (await readExactly(stream, 4, signal))?.readInt32BE(0);
  if (length === undefined) return undefined;
  if (length <= 0 || length > maxBytes)
    throw new FrameError(`a message of ${length} bytes is not taken before sign-in`);
  const payload = await readExactly(stream, length, signal);
  if (payload === undefined) throw new FrameError('a message was cut off');
  return payload;
}

async function readExactly(stream: Readable, length: number, signal: AbortSignal): Promise<Buffer | undefined> {
  for (;;) {
    signal.throwIfAborted();
    const chunk: Buffer | null = stream.read(length);
    if (chunk?.length === length) return chunk;
    // A stream that has ended gives what is left.
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

function take(payload: Buffer, offset: number, length: number): Buffer {
  if (length < 0 || offset + length > payload.length) throw new FrameError('a field is longer than its message');
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
