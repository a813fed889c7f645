import {
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { stackOf } from '../../assembly/deploy-fixture.ts';
import { OPERATOR_CREDENTIALS } from '../../aws-identity.ts';
import { servicesFixture } from '../services-fixture.ts';
import { principalOfRole } from './service.ts';

const ARN = 'arn:aws:iam::000000000000:role/writer';
const document = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 's3:Get*', Resource: 'arn:aws:s3:::a b/*' },
};
const policy = { RoleName: 'writer', PolicyName: 'read' };
const request = { principal: principalOfRole(ARN), action: 's3:GetObject', resource: 'arn:aws:s3:::a b/c' };

let aws: ReturnType<typeof servicesFixture>;
let iam: IAMClient;
beforeEach(async () => {
  aws = servicesFixture();
  await aws.endpoint.open();
  onTestFinished(() => aws.endpoint.stop());
  const Policies = [{ PolicyName: 'read', PolicyDocument: document }];
  const ManagedPolicyArns = ['arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess'];
  const Role = { Type: 'AWS::IAM::Role', Properties: { RoleName: 'writer', Policies, ManagedPolicyArns } };
  await aws.deploy([stackOf('app', { Resources: { Role } })]);
  iam = new IAMClient({
    endpoint: aws.endpoint.url,
    region: 'us-east-1',
    credentials: OPERATOR_CREDENTIALS,
    maxAttempts: 1,
  });
});

const isAllowed = () => aws.iam.evaluator.evaluate(request).allowed;

it('reads the roles and their inline policies', async () => {
  expect((await iam.send(new ListRolesCommand({}))).Roles).toMatchObject([
    { RoleName: 'writer', Arn: ARN, Path: '/', RoleId: expect.stringMatching(/^AROA/), CreateDate: expect.any(Date) },
  ]);
  expect((await iam.send(new ListRolePoliciesCommand({ RoleName: 'writer' }))).PolicyNames).toEqual(['read']);
  const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand(policy));
  expect(JSON.parse(decodeURIComponent(PolicyDocument))).toEqual(document);
});

it('changes policies, which count at once', async () => {
  expect(isAllowed()).toBe(true);
  const none = JSON.stringify({ ...document, Statement: [] });
  await iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument: none }));
  expect(isAllowed()).toBe(false);
  await iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument: JSON.stringify(document) }));
  expect(isAllowed()).toBe(true);
  await iam.send(new DeleteRolePolicyCommand(policy));
  expect(isAllowed()).toBe(false);
});

it('waits for those who follow the changes of a role', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  aws.iam.policies.onRoleChange(() => promise);
  let done = false;
  const change = iam.send(new DeleteRolePolicyCommand(policy)).then(() => {
    done = true;
  });
  await iam.send(new ListRolesCommand({}));
  expect(done).toBe(false);
  resolve();
  await change;
});

it.each([
  ['of a role that does not exist', { RoleName: 'nobody' }, 'NoSuchEntity'],
  ['of a policy that does not exist', { PolicyName: 'other' }, 'NoSuchEntity'],
])('refuses the deletion %s', async (_, wrong, name) => {
  await expect(iam.send(new DeleteRolePolicyCommand({ ...policy, ...wrong }))).rejects.toMatchObject({
    name: expect.stringContaining(name),
  });
});

it.each([
  ['is no JSON', '{'],
  [
    'has a key that is not known',
    JSON.stringify({ Statement: { ...document.Statement, Condition: { Bool: { 'aws:X': '1' } } } }),
  ],
])('refuses a document that %s, and keeps the one that it has', async (_, PolicyDocument) => {
  const change = iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument }));
  await expect(change).rejects.toMatchObject({ name: expect.stringContaining('MalformedPolicyDocument') });
  expect(isAllowed()).toBe(true);
});

it('does not let a role give itself permissions', async () => {
  const credentials = aws.iam.principals.issue(principalOfRole(ARN));
  const client = new IAMClient({ endpoint: aws.endpoint.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  const change = client.send(new PutRolePolicyCommand({ ...policy, PolicyDocument: JSON.stringify(document) }));
  await expect(change).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining('iam:PutRolePolicy'),
  });
});
