import { generateAuthTokenFromCredentialsProvider } from 'aws-msk-iam-sasl-signer-js';
import { describe, expect, it } from 'vitest';
import { type AccessRequest, PolicyEvaluator } from '../iam/policy-evaluation.ts';
import { PrincipalStore } from '../iam/principals.ts';
import { FrameError } from './kafka-bytes.ts';
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

function setUp(evaluator: PolicyEvaluator) {
  const principals = new PrincipalStore();
  const credentials = principals.issue(role);
  const authenticate = createTokenAuthenticator({ principals, evaluator, clusterArn });
  const newToken = async (secretAccessKey = credentials.secretAccessKey) => {
    const awsCredentialsProvider = async () => ({ ...credentials, secretAccessKey });
    return (await generateAuthTokenFromCredentialsProvider({ region: 'us-east-1', awsCredentialsProvider })).token;
  };
  return { authenticate, newToken };
}

describe('signing in with an MSK IAM token', () => {
  it('gives the role that signed it, after asking whether it may connect to the cluster', async () => {
    const asked: AccessRequest[] = [];
    const evaluator = new (class extends PolicyEvaluator {
      override evaluate(request: AccessRequest) {
        asked.push(request);
        return { allowed: true, reason: 'its policy allows it' };
      }
    })();
    const { authenticate, newToken } = setUp(evaluator);
    expect(authenticate(await newToken())).toEqual(role);
    expect(asked).toEqual([{ principal: role, action: 'kafka-cluster:Connect', resource: clusterArn }]);
  });

  it('is refused when the role may not connect', async () => {
    const evaluator = new (class extends PolicyEvaluator {
      override evaluate() {
        return { allowed: false, reason: 'no statement allows it' };
      }
    })();
    const { authenticate, newToken } = setUp(evaluator);
    const token = await newToken();
    expect(() => authenticate(token)).toThrow(
      `${role.arn} is not authorized to perform kafka-cluster:Connect on ${clusterArn}: no statement allows it.`,
    );
  });

  it('is refused when the signature is wrong', async () => {
    const { authenticate, newToken } = setUp(new PolicyEvaluator());
    const token = await newToken('another secret');
    expect(() => authenticate(token)).toThrow('signature');
  });
});
