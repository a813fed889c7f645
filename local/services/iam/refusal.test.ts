import { beforeEach, describe, expect, it } from 'vitest';
import { memoryLog } from '../../../tooling/log-fixture.ts';
import { type AccessRequest, Iam, principalOfRole, RefusalLog } from './service.ts';

const OBJECT = 'arn:aws:s3:::things/key';
const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:report';
const RULE = 'arn:aws:events:us-east-1:000000000000:rule/nightly';
const BOUNDARY = 'arn:aws:iam::000000000000:policy/limit';
const put: AccessRequest = {
  principal: principalOfRole('arn:aws:iam::000000000000:role/writer'),
  action: 's3:PutObject',
  resource: OBJECT,
};

let iam: Iam;
beforeEach(() => {
  iam = new Iam();
});

const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const allowed = (more: object = {}) => ({ Effect: 'Allow', Action: 's3:*', Resource: '*', ...more });
const denied = (more: object = {}) => ({ Effect: 'Deny', Action: 's3:Put*', Resource: '*', ...more });
const ofRole = (...statements: object[]) => iam.policies.putRolePolicy('writer', 'Writing', document(...statements));
const ofBucket = (...statements: object[]) =>
  iam.policies.putResourcePolicy('arn:aws:s3:::things', 'bucket policy', document(...statements));
const ofEndpoint = (...statements: object[]) => iam.policies.setEndpointPolicy('vpce-1', document(...statements));

/** What the log says of a request. */
function refusalsOf(request: AccessRequest): string[] {
  const log = memoryLog();
  const refusals = new RefusalLog(log);
  const decision = iam.evaluator.evaluate(request);
  if (!decision.allowed) for (let time = 0; time < 2; time += 1) refusals.note(request, decision);
  return log.lines;
}

describe('what no policy allows is logged with the line of the CDK that does', () => {
  it("in the role's own policies: the grant of the construct", () => {
    expect(refusalsOf(put)).toEqual([
      `warn test the role writer may not do s3:PutObject on ${OBJECT} because no identity-based policy allows the s3:PutObject action. ` +
        'In the CDK: bucket.grantPut(fn).',
    ]);
  });

  it.each([
    ['s3:GetObject', 'bucket.grantRead(fn)'],
    ['s3:DeleteObject', 'bucket.grantDelete(fn)'],
    ['secretsmanager:GetSecretValue', 'secret.grantRead(fn)'],
    ['secretsmanager:PutSecretValue', 'secret.grantWrite(fn)'],
    ['lambda:InvokeFunction', 'invoked.grantInvoke(fn)'],
    [
      's3:GetObjectTagging',
      `fn.addToRolePolicy(new iam.PolicyStatement({ actions: ['s3:GetObjectTagging'], resources: ['a'] }))`,
    ],
  ])("in the role's own policies: %s", (action, line) => {
    expect(refusalsOf({ ...put, action, resource: 'a' })).toEqual([expect.stringContaining(`In the CDK: ${line}.`)]);
  });

  it('in the permissions boundary, which no grant widens', async () => {
    await ofRole(allowed());
    iam.policies.setBoundary('writer', BOUNDARY, document(allowed({ Action: 's3:Get*' })));
    expect(refusalsOf(put)).toEqual([
      expect.stringContaining(
        'because no permissions boundary allows the s3:PutObject action. In the CDK: ' +
          `boundary.addStatements(new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: ['${OBJECT}'] })).`,
      ),
    ]);
  });

  it('in the policy of the VPC endpoint, which no grant widens', async () => {
    await ofRole(allowed());
    ofEndpoint(allowed({ Action: 's3:Get*', Principal: '*' }));
    expect(refusalsOf({ ...put, vpcEndpoint: 'vpce-1' })).toEqual([
      expect.stringContaining(
        'because no VPC endpoint policy allows the s3:PutObject action. In the CDK: ' +
          `endpoint.addToPolicy(new iam.PolicyStatement({ principals: [new iam.AnyPrincipal()], actions: ['s3:PutObject'], resources: ['${OBJECT}'] })).`,
      ),
    ]);
  });

  it('in the policy of the function that a service invokes', () => {
    const principal = { kind: 'service', name: 'events.amazonaws.com', arn: 'events.amazonaws.com' } as const;
    const context = { 'aws:SourceArn': RULE };
    expect(refusalsOf({ principal, action: 'lambda:InvokeFunction', resource: FUNCTION, context })).toEqual([
      `warn test events.amazonaws.com (${RULE}) may not do lambda:InvokeFunction on ${FUNCTION} because no resource-based policy allows ` +
        `the lambda:InvokeFunction action. In the CDK: fn.addPermission('Invoke', { principal: new iam.ServicePrincipal('events.amazonaws.com'), sourceArn: '${RULE}' }).`,
    ]);
  });
});

describe('what a policy denies is logged with the statement, and no grant is proposed', () => {
  const Principal = '*';

  it.each<[string, () => unknown, string, string]>([
    [
      'a policy of the role',
      () => ofRole(allowed(), denied({ Sid: 'NoWrites' })),
      'an identity-based',
      'NoWrites of the policy Writing',
    ],
    [
      'the policy of the bucket',
      () => ofBucket(allowed({ Principal }), denied({ Principal })),
      'a resource-based',
      'statement 2 of the bucket policy of arn:aws:s3:::things',
    ],
    [
      'the boundary',
      () => iam.policies.setBoundary('writer', BOUNDARY, document(denied())),
      'a permissions boundary',
      `statement 1 of the boundary ${BOUNDARY}`,
    ],
    [
      'the VPC endpoint',
      () => ofEndpoint(denied({ Principal })),
      'a VPC endpoint',
      'statement 1 of the policy of vpce-1',
    ],
  ])('in %s', async (_, arrange, type, statement) => {
    await arrange();
    const [line, ...more] = refusalsOf({ ...put, vpcEndpoint: 'vpce-1' });
    expect(more).toEqual([]);
    expect(line).toContain(`with an explicit deny in ${type}`);
    expect(line).toMatch(new RegExp(`No grant overrides that: change ${statement}\\.$`));
  });
});
