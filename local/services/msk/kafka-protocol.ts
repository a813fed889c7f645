import { once } from 'node:events';
import type { Readable } from 'node:stream';
import {
  compactBytes,
  FrameError,
  frame,
  guarded,
  int16,
  int32,
  NO_TAGGED_FIELDS,
  readUnsignedVarint,
  string,
  take,
  unsignedVarint,
} from './kafka-bytes.ts';

/** The messages of the Kafka protocol that the sign-in listener reads and writes itself: https://kafka.apache.org/protocol */

export const API_KEY = { saslHandshake: 17, apiVersions: 18, initProducerId: 22, saslAuthenticate: 36 } as const;

export const ERROR_CODE = {
  none: 0,
  clusterAuthorizationFailed: 31,
  unsupportedSaslMechanism: 33,
  illegalSaslState: 34,
  unsupportedVersion: 35,
  saslAuthenticationFailed: 58,
} as const;

/** From this version on, SaslAuthenticate has compact lengths and tagged fields (KIP-482). */
const FLEXIBLE_AUTHENTICATE = 2;
/** The same for InitProducerId. */
const FLEXIBLE_INIT_PRODUCER_ID = 2;
/** The newest version of SaslAuthenticate that is understood here. */
export const NEWEST_AUTHENTICATE = 2;

export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  /** Where the body begins; in flexible versions, where the tagged fields of the header do. */
  readonly bodyOffset: number;
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
    // A compact length counts itself as one.
    const { value, end } = readUnsignedVarint(payload, endOfTaggedFields(payload, bodyOffset));
    return take(payload, end, value - 1);
  });
}

/** The transactional id in an InitProducerId request; undefined when there is none. @throws FrameError */
export function readTransactionalId(payload: Buffer, { apiVersion, bodyOffset }: RequestHeader): string | undefined {
  return guarded(() => {
    if (apiVersion < FLEXIBLE_INIT_PRODUCER_ID) {
      const length = payload.readInt16BE(bodyOffset);
      return length < 0 ? undefined : take(payload, bodyOffset + 2, length).toString('utf8');
    }
    const { value, end } = readUnsignedVarint(payload, endOfTaggedFields(payload, bodyOffset));
    return value === 0 ? undefined : take(payload, end, value - 1).toString('utf8');
  });
}

/** An InitProducerId response without an id. */
export function initProducerIdError(correlationId: number, apiVersion: number, errorCode: number): Buffer {
  const tags = apiVersion < FLEXIBLE_INIT_PRODUCER_ID ? Buffer.alloc(0) : NO_TAGGED_FIELDS;
  const [throttleTimeMs, producerId, epoch] = [int32(0), Buffer.alloc(8, 0xff), int16(-1)];
  return frame(int32(correlationId), tags, throttleTimeMs, int16(errorCode), producerId, epoch, tags);
}

/** An ApiVersions request, version 0. */
export function apiVersionsRequest(correlationId: number): Buffer {
  return frame(requestHeader(API_KEY.apiVersions, 0, correlationId));
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
  return Buffer.concat([int16(apiKey), int16(apiVersion), int32(correlationId), string('sign-in')]);
}

function endOfTaggedFields(payload: Buffer, offset: number): number {
  let { value: count, end } = readUnsignedVarint(payload, offset);
  for (; count > 0; count -= 1) {
    const size = readUnsignedVarint(payload, readUnsignedVarint(payload, end).end);
    end = size.end + size.value;
  }
  return end;
}
