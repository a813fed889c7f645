import { generateAuthTokenFromCredentialsProvider } from 'aws-msk-iam-sasl-signer-js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { verifyMskToken } from '../../../local/services/iam/msk-token.ts';
import { PrincipalStore } from '../../../local/services/iam/principals.ts';
import { actAs } from '../../testing/aws-service.ts';
import { signInToken } from './sign-in-token.ts';

const principals = new PrincipalStore();
const role = { kind: 'role', name: 'producer', arn: 'arn:aws:iam::000000000000:role/producer' } as const;
const credentials = principals.issue(role);

const textOf = (token: string) => Buffer.from(token, 'base64url').toString();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  actAs(credentials);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

describe('a sign-in token', () => {
  it('says what AWS’s own signer says, but for the name of the client', async () => {
    const awsCredentialsProvider = async () => credentials;
    const aws = await generateAuthTokenFromCredentialsProvider({ region: 'us-east-1', awsCredentialsProvider });
    const [own, theirs] = [await signInToken('us-east-1'), aws.token].map((token) => new URL(textOf(token)));
    expect(own?.origin).toBe(theirs?.origin);
    const parameters = (url: URL | undefined) => ({ ...Object.fromEntries(url?.searchParams ?? []), 'User-Agent': '' });
    expect(parameters(own)).toEqual(parameters(theirs));
  });

  it('is in the alphabet that brokers read, and names the role', async () => {
    const token = await signInToken('us-east-1');
    expect(token).toMatch(/^[\w-]+$/);
    expect(verifyMskToken(token, principals)).toEqual(role);
  });
});
