import { generateAuthTokenFromCredentialsProvider } from 'aws-msk-iam-sasl-signer-js';
import { describe, expect, it } from 'vitest';
import { verifyMskToken } from './msk-token.ts';
import { PrincipalStore } from './principals.ts';

const principals = new PrincipalStore();
const role = { kind: 'role', name: 'producer', arn: 'arn:aws:iam::000000000000:role/producer' } as const;
const credentials = principals.issue(role);

const newToken = async (from = credentials) =>
  (await generateAuthTokenFromCredentialsProvider({ region: 'us-east-1', awsCredentialsProvider: async () => from }))
    .token;

describe('the sign-in token of a Kafka client', () => {
  it('names the role that signed it', async () => {
    expect(verifyMskToken(await newToken(), principals)).toEqual(role);
  });

  it('is refused after its 15 minutes', async () => {
    const token = await newToken();
    expect(() => verifyMskToken(token, principals, new Date(Date.now() + 901_000))).toThrow(
      expect.objectContaining({ code: 'RequestExpired' }),
    );
  });

  it('is refused when another secret signed it', async () => {
    const token = await newToken({ ...credentials, secretAccessKey: 'guess' });
    expect(() => verifyMskToken(token, principals)).toThrow(expect.objectContaining({ code: 'SignatureDoesNotMatch' }));
  });

  it('is refused when it was changed', async () => {
    const url = Buffer.from(await newToken(), 'base64url').toString();
    const longer = Buffer.from(url.replace('X-Amz-Expires=900', 'X-Amz-Expires=9000')).toString('base64url');
    expect(() => verifyMskToken(longer, principals)).toThrow(
      expect.objectContaining({ code: 'SignatureDoesNotMatch' }),
    );
  });

  it.each([
    ['no URL', 'not-a-token'],
    ['a URL of another host', Buffer.from('https://example.com/?Action=kafka-cluster%3AConnect').toString('base64url')],
    ['another action', Buffer.from('https://kafka.us-east-1.amazonaws.com/?Action=Other').toString('base64url')],
  ])('is refused when it holds %s', (_, token) => {
    expect(() => verifyMskToken(token, principals)).toThrow(expect.objectContaining({ code: 'InvalidRequest' }));
  });
});
