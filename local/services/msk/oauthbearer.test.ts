import { describe, expect, it } from 'vitest';
import { type Credentials, Iam, principalOfRole } from '../iam/service.ts';
import { FrameError } from './kafka-bytes.ts';
import { agedMskToken, mskToken } from './msk-fixture.ts';
import { createTokenAuthenticator, readBearerToken, unsecuredMessage } from './oauthbearer.ts';

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
    const token = readBearerToken(unsecuredMessage('secret-claim', 'create-order', Date.UTC(2026, 0, 1)));
    const [header = '', claims = '', signature] = token.split('.');
    const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(decode(header)).toEqual({ alg: 'none' });
    expect(decode(claims)).toEqual({ 'secret-claim': 'create-order', iat: 1767225600, exp: 1767229200 });
    expect(signature).toBe('');
  });
});

const clusterArn = 'arn:aws:kafka:us-east-1:000000000000:cluster/orders/0-1';
const role = { kind: 'role', name: 'create-order', arn: 'arn:aws:iam::000000000000:role/create-order' } as const;

/** A role that may do these actions on the cluster, and its tokens. */
async function setUp(...actions: readonly string[]) {
  const iam = new Iam();
  const Statement = { Effect: 'Allow', Action: actions, Resource: clusterArn };
  await iam.policies.putRolePolicy(role.name, 'kafka', { Version: '2012-10-17', Statement });
  const credentials = iam.principals.issue(role);
  return { iam, credentials, authenticate: createTokenAuthenticator({ ...iam, clusterArn }) };
}

describe('signing in with an MSK IAM token', () => {
  it('gives the role that signed it, if that may connect to the cluster', async () => {
    const { authenticate, credentials } = await setUp('kafka-cluster:Connect');
    expect(authenticate(await mskToken(credentials))).toEqual(role);
  });

  it('is refused when the role may not connect, and the reason names the remedy', async () => {
    const { authenticate, credentials } = await setUp('kafka-cluster:DescribeCluster');
    const token = await mskToken(credentials);
    expect(() => authenticate(token)).toThrow(
      `the role create-order may not do kafka-cluster:Connect on ${clusterArn} because no identity-based ` +
        'policy allows the kafka-cluster:Connect action. In the CDK: fn.addToRolePolicy(new iam.PolicyStatement(' +
        `{ actions: ['kafka-cluster:Connect'], resources: ['${clusterArn}'] })).`,
    );
  });

  it('is refused to another role than one that may', async () => {
    const { authenticate, iam } = await setUp('kafka-cluster:Connect');
    const other = iam.principals.issue(principalOfRole('arn:aws:iam::000000000000:role/list-orders'));
    const token = await mskToken(other);
    expect(() => authenticate(token)).toThrow('the role list-orders may not do kafka-cluster:Connect');
  });

  it.each([
    [
      'another secret has signed it',
      'signature',
      (own: Credentials) => mskToken({ ...own, secretAccessKey: 'guessed' }),
    ],
    ['it is for another Region', 'Region', (own: Credentials) => mskToken(own, 'eu-west-1')],
    ['it has expired', 'expired', (own: Credentials) => agedMskToken(own, 901)],
    [
      'the session token is of another role',
      'security token',
      (own: Credentials, others: Credentials) => mskToken({ ...own, sessionToken: others.sessionToken ?? '' }),
    ],
  ])('is refused when %s', async (_, reason, newToken) => {
    const { authenticate, credentials, iam } = await setUp('kafka-cluster:Connect');
    const others = iam.principals.issue(principalOfRole('arn:aws:iam::000000000000:role/list-orders'));
    const token = await newToken(credentials, others);
    expect(() => authenticate(token)).toThrow(reason);
  });
});
