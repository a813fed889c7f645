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
])('lists what is for %s', (reason, actions) => {
  expect(listedReason({ ...taken, statement: actions })).toContain(reason);
});

it('lists the roles that no function here has', () => {
  expect(listedReason({ ...taken, functionName: undefined })).toContain('roles of AWS services');
});

it.each([
  ['another action', { Action: ['logs:PutLogEvents', 's3:PutObject'] }],
  ['every action', { Action: '*' }],
  ['no action', {}],
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
