import { describe, expect, it } from 'vitest';
import { FrameError } from './frames.ts';
import { readBearerToken, unsecuredMessage } from './oauthbearer.ts';

describe('the first message of SASL/OAUTHBEARER', () => {
  it.each([
    ['alone', 'n,,\u0001auth=Bearer abc.def=\u0001\u0001'],
    ['after an authorization id', 'n,a=me,\u0001auth=Bearer abc.def=\u0001\u0001'],
    ['among extensions', 'n,,\u0001host=localhost\u0001auth=Bearer abc.def=\u0001port=1\u0001\u0001'],
  ])('holds the token %s', (_, message) => {
    expect(readBearerToken(Buffer.from(message))).toBe('abc.def=');
  });

  it('is refused without a token', () => {
    expect(() => readBearerToken(Buffer.from('\0user\0password'))).toThrow(FrameError);
  });

  it('names the principal to the broker in a token without a signature', () => {
    const token = readBearerToken(unsecuredMessage('create-order', Date.UTC(2026, 0, 1)));
    const [header = '', claims = '', signature] = token.split('.');
    const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(decode(header)).toEqual({ alg: 'none' });
    expect(decode(claims)).toEqual({ sub: 'create-order', iat: 1767225600, exp: 1767229200 });
    expect(signature).toBe('');
  });
});
