import { expect, it } from 'vitest';
import { memoryLog } from '../../../tooling/log-fixture.ts';
import { Iam } from '../iam/service.ts';
import { denialLog } from './denial-log.ts';

const clusterArn = 'arn:aws:kafka:us-east-1:000000000000:cluster/shop/1-2';
const topicArn = clusterArn.replace(':cluster/', ':topic/');
const user = 'arn:aws:iam::000000000000:role/packer';

const line = (action: string, arn: string) =>
  `warn test the role packer may not do ${action} on ${arn} because no identity-based policy allows the ${action} action. ` +
  `In the CDK: fn.addToRolePolicy(new iam.PolicyStatement({ actions: ['${action}'], resources: ['${arn}'] })).`;

async function denialsOf(...actions: string[]) {
  const iam = new Iam();
  const log = memoryLog();
  const onTopic = { Effect: 'Allow', Action: actions, Resource: `${topicArn}/orders` };
  const Statement = [{ Effect: 'Allow', Action: 'kafka-cluster:Connect', Resource: clusterArn }, onTopic];
  await iam.policies.putRolePolicy('packer', 'kafka', { Version: '2012-10-17', Statement });
  return { iam, log, noteDenial: denialLog({ clusterArn, iam, log }) };
}

it('what the broker denies is logged once, with the missing actions and what grants them', async () => {
  const { log, noteDenial } = await denialsOf('kafka-cluster:WriteData');
  // Writing is allowed, but it requires describing.
  for (let n = 0; n < 3; n += 1)
    noteDenial({ user, operation: 'WRITE', resourceType: 'TOPIC', resourceName: 'orders' });
  noteDenial({ user, operation: 'DESCRIBE_CONFIGS', resourceType: 'CLUSTER', resourceName: 'kafka-cluster' });
  expect(log.lines).toEqual([
    line('kafka-cluster:DescribeTopic', `${topicArn}/orders`),
    line('kafka-cluster:DescribeClusterDynamicConfiguration', clusterArn),
  ]);
});

it('reading that is denied for want of a group names the action on groups', async () => {
  const { log, noteDenial } = await denialsOf('kafka-cluster:ReadData', 'kafka-cluster:DescribeTopic');
  noteDenial({ user, operation: 'READ', resourceType: 'TOPIC', resourceName: 'orders' });
  expect(log.lines).toEqual([line('kafka-cluster:AlterGroup', `${clusterArn.replace(':cluster/', ':group/')}/*`)]);
});

it('who may no longer connect, and is still signed in, lacks that alone', async () => {
  const { iam, log, noteDenial } = await denialsOf('kafka-cluster:WriteData', 'kafka-cluster:DescribeTopic');
  const denial = { user, operation: 'WRITE', resourceType: 'TOPIC', resourceName: 'orders' };
  noteDenial(denial);
  expect(log.lines).toEqual([]);
  const { Statement, ...rest } = iam.policies.rolePolicies('packer').get('kafka') as { Statement: object[] };
  await iam.policies.putRolePolicy('packer', 'kafka', { ...rest, Statement: Statement.slice(1) });
  noteDenial(denial);
  expect(log.lines).toEqual([line('kafka-cluster:Connect', clusterArn)]);
});
