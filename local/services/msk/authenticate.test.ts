import { generateAuthTokenFromCredentialsProvider } from 'aws-msk-iam-sasl-signer-js';
import { describe, expect, it } from 'vitest';
import { type AccessRequest, Authorizer } from '../iam/authorize.ts';
import { PrincipalStore } from '../iam/principals.ts';
import { createTokenAuthenticator } from './authenticate.ts';

const clusterArn = 'arn:aws:kafka:us-east-1:000000000000:cluster/orders/0-1';
const role = { kind: 'role', name: 'create-order', arn: 'arn:aws:iam::000000000000:role/create-order' } as const;

function setUp(authorizer: Authorizer) {
  const principals = new PrincipalStore();
  const credentials = principals.issue(role);
  const authenticate = createTokenAuthenticator({ principals, authorizer, clusterArn });
  const newToken = async (secretAccessKey = credentials.secretAccessKey) => {
    const awsCredentialsProvider = async () => ({ ...credentials, secretAccessKey });
    return (await generateAuthTokenFromCredentialsProvider({ region: 'us-east-1', awsCredentialsProvider })).token;
  };
  return { authenticate, newToken };
}

describe('signing in with an MSK IAM token', () => {
  it('gives the role that signed it, after asking whether it may connect to the cluster', async () => {
    const asked: AccessRequest[] = [];
    const authorizer = new (class extends Authorizer {
      override authorize(request: AccessRequest) {
        asked.push(request);
        return { allowed: true, reason: 'its policy allows it' };
      }
    })();
    const { authenticate, newToken } = setUp(authorizer);
    expect(authenticate(await newToken())).toEqual(role);
    expect(asked).toEqual([{ principal: role, action: 'kafka-cluster:Connect', resource: clusterArn }]);
  });

  it('is refused when the role may not connect', async () => {
    const authorizer = new (class extends Authorizer {
      override authorize() {
        return { allowed: false, reason: 'no statement allows it' };
      }
    })();
    const { authenticate, newToken } = setUp(authorizer);
    const token = await newToken();
    expect(() => authenticate(token)).toThrow(
      `${role.arn} is not authorized to perform kafka-cluster:Connect on ${clusterArn}: no statement allows it.`,
    );
  });

  it('is refused when the signature is wrong', async () => {
    const { authenticate, newToken } = setUp(new Authorizer());
    const token = await newToken('another secret');
    expect(() => authenticate(token)).toThrow('signature');
  });
});
