import { beforeEach, describe, expect, it } from 'vitest';
import type { Principal } from '../../aws-api/api-call.ts';
import { PolicyStore } from './policies/policy-store.ts';
import { PolicyEvaluator } from './policy-evaluation.ts';
import { OPERATOR } from './principals.ts';
import { refusalMessage } from './refusal.ts';

const ROLE = 'arn:aws:iam::000000000000:role/app/writer';
const SESSION = 'arn:aws:sts::000000000000:assumed-role/writer/fn';
const BUCKET = 'arn:aws:s3:::things';
const role: Principal = { kind: 'role', name: 'writer', arn: ROLE, session: 'fn' };
const events: Principal = { kind: 'service', name: 'events.amazonaws.com', arn: 'events.amazonaws.com' };

let policies: PolicyStore;
let evaluator: PolicyEvaluator;
beforeEach(() => {
  policies = new PolicyStore();
  evaluator = new PolicyEvaluator(policies);
});

const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const allow = (Action: string | string[], Resource: string, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const deny = (Action: string | string[], Resource: string, more: object = {}) => ({
  Effect: 'Deny',
  Action,
  Resource,
  ...more,
});
const ofRole = (...statements: object[]) => policies.putRolePolicy('writer', 'inline', document(...statements));
const ofBucket = (...statements: object[]) => policies.putResourcePolicy(BUCKET, 'bucket', document(...statements));

/** `allowed`, or why not. */
function decision(action: string, resource = `${BUCKET}/key`, principal = role, more: object = {}): string {
  const request = { principal, action, resource, ...more };
  const decided = evaluator.evaluate(request);
  return decided.allowed ? 'allowed' : refusalMessage(request, decided).replace(/^.* on resource: \S+ /, '');
}

const NO_POLICY = 'because no identity-based policy allows the s3:PutObject action';

describe("a role's own policies", () => {
  it('allow nothing that they do not name', async () => {
    expect(decision('s3:PutObject')).toBe(NO_POLICY);
    await ofRole(allow('s3:PutObject', `${BUCKET}/receipts/*`));
    expect(decision('s3:PutObject', `${BUCKET}/receipts/1`)).toBe('allowed');
    expect(decision('s3:PutObject', `${BUCKET}/other`)).toBe(NO_POLICY);
    expect(decision('s3:GetObject', `${BUCKET}/receipts/1`)).toBe(
      'because no identity-based policy allows the s3:GetObject action',
    );
    expect(decision('s3:PutObject', `${BUCKET}/receipts/1`, { ...role, name: 'other' })).toBe(NO_POLICY);
  });

  it('name actions in any case, with wildcards', async () => {
    await ofRole(allow(['S3:put*', 's3:Get?bject'], '*'));
    expect(
      ['s3:PutObject', 's3:GetObject', 's3:ListBucket'].filter((action) => decision(action) === 'allowed'),
    ).toEqual(['s3:PutObject', 's3:GetObject']);
  });

  it('that deny win over those that allow', async () => {
    await ofRole(allow('s3:*', '*'), deny('s3:PutObject', `${BUCKET}/logs/*`));
    expect(decision('s3:PutObject', `${BUCKET}/logs/1`)).toBe('with an explicit deny in an identity-based policy');
    expect(decision('s3:PutObject')).toBe('allowed');
  });

  it('that except actions or resources cover the others', async () => {
    await ofRole(
      { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' },
      { Effect: 'Deny', Action: '*', NotResource: `${BUCKET}/*` },
    );
    expect(decision('s3:PutObject')).toBe('allowed');
    expect(decision('iam:PutRolePolicy')).toContain('no identity-based policy');
    expect(decision('s3:PutObject', `${BUCKET}2/key`)).toContain('explicit deny');
  });

  it('that have a condition apply while it holds', async () => {
    await ofRole(allow('s3:ListBucket', BUCKET, { Condition: { StringLike: { 's3:prefix': 'receipts/*' } } }));
    const context = (prefix: string) => ({ context: { 's3:prefix': prefix } });
    expect(decision('s3:ListBucket', BUCKET, role, context('receipts/a'))).toBe('allowed');
    expect(decision('s3:ListBucket', BUCKET, role, context('other/'))).toContain('no identity-based policy');
    expect(decision('s3:ListBucket', BUCKET)).toContain('no identity-based policy');
  });

  it('are looked at anew after a change', async () => {
    await ofRole(allow('s3:PutObject', '*'));
    expect(decision('s3:PutObject')).toBe('allowed');
    await policies.deleteRolePolicy('writer', 'inline');
    expect(decision('s3:PutObject')).toBe(NO_POLICY);
  });

  it('grant at most what the permissions boundary allows', async () => {
    await ofRole(allow('s3:*', '*'));
    policies.setBoundary(
      'writer',
      'arn:aws:iam::000000000000:policy/limit',
      document(allow('s3:Get*', '*'), deny('s3:GetObject', `${BUCKET}/logs/*`)),
    );
    expect(decision('s3:GetObject')).toBe('allowed');
    expect(decision('s3:PutObject')).toBe('because no permissions boundary allows the s3:PutObject action');
    expect(decision('s3:GetObject', `${BUCKET}/logs/1`)).toBe('with an explicit deny in a permissions boundary');
  });
});

describe("a resource's policy", () => {
  const objects = `${BUCKET}/*`;

  it.each([
    ['the role', { AWS: ROLE }],
    ['the session', { AWS: SESSION }],
    ['everybody', '*'],
    ['everybody, in a list', { AWS: ['*'] }],
  ])('that names %s grants by itself', (_, Principal) => {
    ofBucket(allow('s3:PutObject', objects, { Principal }));
    expect(decision('s3:PutObject')).toBe('allowed');
  });

  it.each([
    ['another role', { AWS: `${ROLE}2` }],
    ['a service', { Service: 'events.amazonaws.com' }],
    ['the account, which leaves it to the role', { AWS: 'arn:aws:iam::000000000000:root' }],
    ['the account by its number', { AWS: '000000000000' }],
  ])('that names %s grants the role nothing', (_, Principal) => {
    ofBucket(allow('s3:PutObject', objects, { Principal }));
    expect(decision('s3:PutObject')).toBe(NO_POLICY);
  });

  it('denies whom it names, even by their account, what their own policies allow', async () => {
    await ofRole(allow('s3:*', '*'));
    ofBucket(deny('s3:PutObject', objects, { Principal: { AWS: 'arn:aws:iam::000000000000:root' } }));
    expect(decision('s3:PutObject')).toBe('with an explicit deny in a resource-based policy');
    expect(decision('s3:PutObject', `${BUCKET}2/key`)).toBe('allowed');
  });

  it('denies all but those who are spared with account, role and session', async () => {
    await ofRole(allow('s3:*', '*'));
    const NotPrincipal = { AWS: ['arn:aws:iam::000000000000:root', ROLE, SESSION] };
    ofBucket(deny('s3:*', objects, { NotPrincipal }));
    expect(decision('s3:PutObject')).toBe('allowed');
    expect(decision('s3:PutObject', `${BUCKET}/key`, { ...role, session: 'other' })).toContain('explicit deny');
  });

  // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
  it.each([
    [
      'the role, within its permissions boundary',
      { AWS: ROLE },
      'because no permissions boundary allows the s3:PutObject action',
    ],
    ['the session, whatever the permissions boundary', { AWS: SESSION }, 'allowed'],
  ])('grants to %s', (_, Principal, expected) => {
    policies.setBoundary('writer', 'arn:aws:iam::000000000000:policy/limit', document(allow('s3:Get*', '*')));
    ofBucket(allow('s3:PutObject', objects, { Principal }));
    expect(decision('s3:PutObject')).toBe(expected);
  });

  it('that denies plaintext does not mean the loopback of this machine', async () => {
    await ofRole(allow('s3:*', '*'));
    ofBucket(deny('s3:*', objects, { Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }));
    expect(decision('s3:PutObject')).toBe('allowed');
  });

  it('decides alone on a call by a service', () => {
    const fn = 'arn:aws:lambda:us-east-1:000000000000:function:fn:live';
    const invoke = (source: string) =>
      decision('lambda:InvokeFunction', fn, events, { context: { 'aws:SourceArn': source } });
    expect(invoke('arn:rule')).toBe('because no resource-based policy allows the lambda:InvokeFunction action');
    const Condition = { ArnLike: { 'AWS:SourceArn': 'arn:aws:events:us-east-1:000000000000:rule/hourly' } };
    const Principal = { Service: 'events.amazonaws.com' };
    policies.putResourcePolicy(
      fn,
      'permission',
      document(allow('lambda:InvokeFunction', fn, { Principal, Condition })),
    );
    expect(invoke('arn:aws:events:us-east-1:000000000000:rule/hourly')).toBe('allowed');
    expect(invoke('arn:aws:events:us-east-1:000000000000:rule/daily')).toContain('no resource-based policy');
  });
});

describe('the policy of a VPC endpoint', () => {
  const via = { vpcEndpoint: 'vpce-1' };

  it('limits what passes through it and grants nothing', async () => {
    const account = { StringEquals: { 'aws:PrincipalAccount': '000000000000', 'aws:ResourceAccount': '000000000000' } };
    policies.setEndpointPolicy(
      'vpce-1',
      document(allow('s3:Put*', '*', { Principal: { AWS: '*' }, Condition: account })),
    );
    expect(decision('s3:PutObject', undefined, role, via)).toBe(NO_POLICY);
    await ofRole(allow('s3:*', '*'));
    expect(decision('s3:PutObject', undefined, role, via)).toBe('allowed');
    expect(decision('s3:GetObject', undefined, role, via)).toBe(
      'because no VPC endpoint policy allows the s3:GetObject action',
    );
    expect(decision('s3:GetObject')).toBe('allowed');
  });

  it('lets everything pass when there is none', async () => {
    await ofRole(allow('s3:*', '*'));
    expect(decision('s3:PutObject', undefined, role, via)).toBe('allowed');
  });
});

it('the operator may do everything, whatever a policy denies', () => {
  ofBucket(deny('s3:*', `${BUCKET}/*`, { Principal: '*' }));
  expect(decision('s3:PutObject', undefined, OPERATOR.principal)).toBe('allowed');
});

describe('a policy that cannot be decided on is refused', () => {
  it.each([
    [
      'an unknown key',
      allow('s3:*', '*', { Condition: { StringEquals: { 'aws:ShoeSize': '9' } } }),
      'condition key aws:ShoeSize',
    ],
    [
      'an unknown operator',
      allow('s3:*', '*', { Condition: { Nearly: { 'aws:Referer': '9' } } }),
      'condition operator Nearly',
    ],
    ['an unknown element', allow('s3:*', '*', { Unless: {} }), 'Unless'],
    ['no action', { Effect: 'Allow', Resource: '*' }, 'has either Action or NotAction'],
    ['a principal', allow('s3:*', '*', { Principal: '*' }), 'must not have a principal'],
  ])('with %s', async (_, statement, message) => {
    await expect(ofRole(statement)).rejects.toThrow(message);
  });

  it('of a resource, without a principal', () => {
    expect(() => ofBucket(allow('s3:*', '*', { Sid: 'All' }))).toThrow(
      'its policy cannot be decided on: All needs a principal',
    );
  });
});

it('tells of each change of a role before it is made', async () => {
  const changes: string[] = [];
  policies.onRoleChange(async (name) => void changes.push(name));
  await ofRole(allow('s3:*', '*'));
  await policies.deleteRolePolicy('writer', 'inline');
  expect(changes).toEqual(['writer', 'writer']);
});
