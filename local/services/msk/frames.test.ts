import { describe, expect, it } from 'vitest';
import * as kafka from './frames.ts';

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

describe('messages of the Kafka protocol', () => {
  it('begin with their length', () => {
    expect(kafka.frame(bytes('abc'))).toEqual(bytes([0, 0, 0, 3], 'abc'));
  });

  it('carry a header that says where their body begins', () => {
    const header = bytes([0, 17, 0, 1, 0, 0, 1, 2, 0, 2], 'me');
    expect(kafka.readHeader(header)).toEqual({ apiKey: 17, apiVersion: 1, correlationId: 258, bodyOffset: 12 });
  });

  it('may have no client id', () => {
    expect(kafka.readHeader(bytes([0, 18, 0, 0, 0, 0, 0, 7, 255, 255])).bodyOffset).toBe(10);
  });

  it('are refused when they end too early or claim more than they hold', () => {
    expect(() => kafka.readHeader(bytes([0, 17]))).toThrow(kafka.FrameError);
    expect(() => kafka.readAuthBytes(bytes([0, 0, 0, 9], 'short'), 0)).toThrow(kafka.FrameError);
    expect(() => kafka.readAuthBytes(bytes([255, 255, 255, 255]), 0)).toThrow(kafka.FrameError);
    expect(() => kafka.readHandshakeMechanism(bytes([0]), 0)).toThrow(kafka.FrameError);
  });

  it('are read as they are written', () => {
    const handshake = kafka.handshakeRequest(5, 'OAUTHBEARER').subarray(4);
    const header = kafka.readHeader(handshake);
    expect(header).toMatchObject({ apiKey: kafka.API_KEY.saslHandshake, apiVersion: 1, correlationId: 5 });
    expect(kafka.readHandshakeMechanism(handshake, header.bodyOffset)).toBe('OAUTHBEARER');

    const request = kafka.authenticateRequest(6, bytes('secret')).subarray(4);
    expect(kafka.readAuthBytes(request, kafka.readHeader(request).bodyOffset).toString()).toBe('secret');
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
