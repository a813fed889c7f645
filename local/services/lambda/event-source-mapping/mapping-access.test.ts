import { describe, expect, it } from 'vitest';
import { Iam, principalOfRole } from '../../iam/service.ts';
import { mappingAccess } from './mapping-access.ts';
import { CLUSTER_ARN } from './poller-fixture.ts';
import { problemOf } from './problem.ts';

const role = principalOfRole('arn:aws:iam::000000000000:role/consumer');
const letters = `${CLUSTER_ARN.replace(':cluster/', ':topic/')}/letters`;
const NETWORK =
  'ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeVpcs ec2:DeleteNetworkInterface ec2:DescribeSubnets ec2:DescribeSecurityGroups';
const CLUSTER = 'kafka:DescribeClusterV2 kafka:GetBootstrapBrokers kafka-cluster:DescribeClusterDynamicConfiguration';
const POLICY: [string, string][] = [
  ...NETWORK.split(' ').map((action): [string, string] => [action, '*']),
  ...CLUSTER.split(' ').map((action): [string, string] => [action, CLUSTER_ARN]),
];
const ON_FAILURE: [string, string][] = [
  ['kafka-cluster:DescribeCluster', CLUSTER_ARN],
  ['kafka-cluster:ReadData', letters],
  ['kafka-cluster:WriteData', letters],
];

/** What the mapping's result says when the role has these permissions; undefined when it has all. */
async function resultWith(permissions: [string, string][], onFailureTopic?: string): Promise<string | undefined> {
  const iam = new Iam();
  const Statement = permissions.map(([Action, Resource]) => ({ Effect: 'Allow', Action, Resource }));
  await iam.policies.putRolePolicy(role.name, 'polling', { Version: '2012-10-17', Statement });
  try {
    mappingAccess(iam, role, { eventSourceArn: CLUSTER_ARN, ...(onFailureTopic && { onFailureTopic }) })();
    return undefined;
  } catch (error) {
    expect((error as Error).message).toMatch(/^the role consumer may not do .* In the CDK: fn\.addToRolePolicy/);
    return problemOf(error);
  }
}

describe('the role of a mapping', () => {
  it('needs what AWS lists, and no more', async () => {
    expect(await resultWith(POLICY)).toBeUndefined();
    expect(await resultWith([...POLICY, ...ON_FAILURE], 'letters')).toBeUndefined();
  });

  it('may have the older action on clusters instead of the newer', async () => {
    const older = POLICY.map(([action, resource]): [string, string] => [action.replace('V2', ''), resource]);
    expect(await resultWith(older)).toBeUndefined();
  });

  it.each(POLICY)('cannot do without %s', async (taken) => {
    const result = await resultWith(POLICY.filter(([action]) => action !== taken));
    if (taken.startsWith('kafka-cluster:')) expect(result).toBe('PROBLEM: Cluster failed to authorize Lambda.');
    else expect(result).toContain(`Please add ${taken} permission to role.`);
  });

  it.each(ON_FAILURE)('cannot do without %s when the mapping has an on-failure topic', async (taken) => {
    const permissions = [...POLICY, ...ON_FAILURE.filter(([action]) => action !== taken)];
    expect(await resultWith(permissions, 'letters')).toBe('PROBLEM: Cluster failed to authorize Lambda.');
  });
});
