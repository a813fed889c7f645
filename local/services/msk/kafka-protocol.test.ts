import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { FrameError, frame } from './kafka-bytes.ts';
import * as kafka from './kafka-protocol.ts';

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

/** Of a SaslAuthenticate request without anything before its body. */
const header = (apiVersion: number) => ({ apiKey: 36, apiVersion, correlationId: 1, bodyOffset: 0 });

describe('messages of the Kafka protocol', () => {
  it('begin with their length', () => {
    expect(frame(bytes('abc'))).toEqual(bytes([0, 0, 0, 3], 'abc'));
  });

  it('carry a header that says where their body begins', () => {
    const request = bytes([0, 17, 0, 1, 0, 0, 1, 2, 0, 2], 'me');
    expect(kafka.readHeader(request)).toEqual({ apiKey: 17, apiVersion: 1, correlationId: 258, bodyOffset: 12 });
  });

  it('may have no client id', () => {
    expect(kafka.readHeader(bytes([0, 18, 0, 0, 0, 0, 0, 7, 255, 255])).bodyOffset).toBe(10);
  });

  it('are refused when they end too early or claim more than they hold', () => {
    expect(() => kafka.readHeader(bytes([0, 17]))).toThrow(FrameError);
    expect(() => kafka.readAuthBytes(bytes([0, 0, 0, 9], 'short'), header(1))).toThrow(FrameError);
    expect(() => kafka.readAuthBytes(bytes([255, 255, 255, 255]), header(1))).toThrow(FrameError);
    expect(() => kafka.readAuthBytes(bytes([0, 9], 'short'), header(2))).toThrow(FrameError);
    expect(() => kafka.readAuthBytes(bytes([0, 255, 255]), header(2))).toThrow(FrameError);
    expect(() => kafka.readHandshakeMechanism(bytes([0]), 0)).toThrow(FrameError);
  });

  it('are read as they are written', () => {
    const handshake = kafka.handshakeRequest(5, 'OAUTHBEARER').subarray(4);
    const header = kafka.readHeader(handshake);
    expect(header).toMatchObject({ apiKey: kafka.API_KEY.saslHandshake, apiVersion: 1, correlationId: 5 });
    expect(kafka.readHandshakeMechanism(handshake, header.bodyOffset)).toBe('OAUTHBEARER');

    const request = kafka.authenticateRequest(6, bytes('secret')).subarray(4);
    expect(kafka.readAuthBytes(request, kafka.readHeader(request)).toString()).toBe('secret');
  });

  it('answer a handshake with the mechanisms', () => {
    expect(kafka.handshakeResponse(1, 33, ['PLAIN'])).toEqual(
      bytes([0, 0, 0, 17, 0, 0, 0, 1, 0, 33, 0, 0, 0, 1, 0, 5], 'PLAIN'),
    );
  });

  it('answer a sign-in with an error and its sentence, or with neither', () => {
    const refused = kafka.authenticateResponse(1, 0, 58, 'no').subarray(4);
    expect(refused).toEqual(bytes([0, 0, 0, 1, 0, 58, 0, 2], 'no', [0, 0, 0, 0]));
    expect(kafka.readErrorCode(refused)).toBe(58);
    const accepted = kafka.authenticateResponse(1, 1, 0, null).subarray(4);
    expect(accepted).toEqual(bytes([0, 0, 0, 1, 0, 0, 255, 255, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]));
  });
});

describe('a sign-in of version 2, which has compact lengths and tagged fields', () => {
  it('is read whatever its length', () => {
    for (const length of [5, 127, 300, 20_000]) {
      const token = Buffer.alloc(length, 't');
      const compactLength = [];
      for (let rest = length + 1; rest > 0; rest >>>= 7) compactLength.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
      const body = bytes([0], compactLength, [...token], [0]);
      expect(kafka.readAuthBytes(body, header(2))).toEqual(token);
    }
  });

  it('is answered with an error and its sentence, or with neither', () => {
    const sentence = 'n'.repeat(200);
    expect(kafka.authenticateResponse(1, 2, 58, sentence).subarray(4)).toEqual(
      bytes([0, 0, 0, 1, 0], [0, 58], [0xc9, 0x01], sentence, [1], [0, 0, 0, 0, 0, 0, 0, 0], [0]),
    );
    expect(kafka.authenticateResponse(1, 2, 0, null).subarray(4)).toEqual(
      bytes([0, 0, 0, 1, 0], [0, 0], [0], [1], [0, 0, 0, 0, 0, 0, 0, 0], [0]),
    );
  });
});

const deadline = () => AbortSignal.timeout(2_000);

describe('reading a message from a connection', () => {
  it('puts together what arrives in pieces', async () => {
    const stream = new PassThrough();
    const read = kafka.readFrame(stream, 100, deadline());
    for (const byte of frame(Buffer.from('hello'))) stream.write(Buffer.from([byte]));
    expect((await read)?.toString()).toBe('hello');
  });

  it('leaves what follows in the stream, to be piped on', async () => {
    const stream = new PassThrough();
    stream.write(Buffer.concat([frame(Buffer.from('first')), Buffer.from('rest ')]));
    expect((await kafka.readFrame(stream, 100, deadline()))?.toString()).toBe('first');
    const target = stream.pipe(new PassThrough());
    stream.end('and more');
    expect((await buffer(target)).toString()).toBe('rest and more');
  });

  it('says when the stream has ended', async () => {
    const stream = new PassThrough();
    const read = kafka.readFrame(stream, 100, deadline());
    stream.end();
    expect(await read).toBeUndefined();
  });

  it.each([
    ['is longer than allowed', Buffer.from([0, 0, 1, 0])],
    ['has a negative length', Buffer.from([255, 255, 255, 255])],
    ['is empty', Buffer.from([0, 0, 0, 0])],
    ['is cut off', Buffer.from([0, 0, 0, 9, 1])],
    ['is cut off in its length', Buffer.from([0, 0])],
  ])('refuses a message that %s', async (_, content) => {
    const stream = new PassThrough();
    stream.end(content);
    await expect(kafka.readFrame(stream, 100, deadline())).rejects.toThrow(FrameError);
  });

  it('gives up when it is told to', async () => {
    const gone = new AbortController();
    const read = kafka.readFrame(new PassThrough(), 100, gone.signal);
    gone.abort(new Error('client is gone'));
    await expect(read).rejects.toThrow();
  });
});
