import { expect, it } from 'vitest';
import { listedReason } from './listed.ts';
import { proofLine, proofSummary } from './report.ts';
import { deploymentStep } from './steps.ts';

const statement = { Effect: 'Allow', Action: ['s3:PutObject'], Resource: 'arn:aws:s3:::b/*' };
const taken = {
  role: 'writer',
  functionName: 'orderflow-dev-create-order',
  policy: 'p',
  index: 0,
  statement,
  document: { Statement: [statement] },
};

it.each([
  ['logs', { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'] }],
  ['X-Ray', { Action: 'xray:PutTraceSegments' }],
  ['network interfaces', { Action: ['ec2:CreateNetworkInterface'] }],
  ["a function's own code", { Effect: 'Deny', Action: ['ec2:CreateNetworkInterface', 'ec2:DescribeVpcs'] }],
])('lists what is for %s', (reason, actions) => {
  expect(listedReason({ ...taken, statement: actions })).toContain(reason);
});

it.each([
  ['flow logs', 'orderflow-dev-network-VpcFlowsIAMRoleBC2986F0-1'],
  ['the site', 'orderflow-dev-frontend-SiteFilesRole3630E014-0'],
])('lists the role of %s, which nothing here has', (reason, role) => {
  expect(listedReason({ ...taken, role, functionName: undefined })).toContain(reason);
  expect(listedReason({ ...taken, role })).toBeUndefined();
});

it('does not list a role that nothing has and nobody knows', () => {
  expect(listedReason({ ...taken, functionName: undefined })).toBeUndefined();
});

it.each([
  ['another action', { Action: ['logs:PutLogEvents', 's3:PutObject'] }],
  ['every action', { Action: '*' }],
  ['no action', {}],
  ['all actions but those', { NotAction: ['logs:PutLogEvents'] }],
  ['what a mapping needs', { Effect: 'Allow', Action: ['ec2:CreateNetworkInterface', 'ec2:DescribeVpcs'] }],
])('does not list a statement with %s', (_, actions) => {
  expect(listedReason({ ...taken, statement: actions })).toBeUndefined();
});

it('says of each statement what became of it, and counts', () => {
  const proofs = [
    { statement: taken, verdict: { kind: 'noticed', step: 'an order is placed', how: 'it is 503' } },
    { statement: taken, verdict: { kind: 'listed', reason: 'X-Ray' } },
    { statement: taken, verdict: { kind: 'unnoticed', tried: [] } },
  ] as const;
  const what = 'writer / p: Allow s3:PutObject on arn:aws:s3:::b/*';
  expect(
    proofs.map((proof) =>
      proofLine(proof)
        .split('\n')
        .map((line) => line.trim()),
    ),
  ).toEqual([
    [`noticed    ${what}`, 'by "an order is placed": it is 503'],
    [`listed     ${what}`, 'X-Ray'],
    [`UNNOTICED  ${what}`, 'tried: no step'],
  ]);
  expect(proofSummary(proofs)).toBe('3 statements: 1 noticed, 1 listed, 1 unnoticed');
});

it('knows what a deployment asks of the functions of the CDK', () => {
  expect(deploymentStep('stream-AWS679f53fac002430cb0da5b-0', { Resource: 'cluster' })?.name).toContain('brokers');
  expect(deploymentStep('shards-AWSCDKTriggerCustom-0', { Resource: 'fn:*' })?.name).toContain('migrations');
  expect(deploymentStep('orderflow-dev-create-order', {})).toBeUndefined();
});
