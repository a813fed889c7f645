import { describe, expect, it } from 'vitest';
import { FUNCTION_GROUP, networkFixture, rule, TARGET_GROUP } from '../ec2/network-fixture.ts';
import type { Rule } from '../ec2/security-group.ts';
import { pollerRefusal } from './poller-network.ts';

const IAM = { FromPort: 9098, ToPort: 9098 };
const INTO_ITSELF = rule({ SourceSecurityGroupId: TARGET_GROUP, ...IAM });
const OUT_TO_ITSELF = rule({ DestinationSecurityGroupId: TARGET_GROUP, ...IAM });
const FROM_FUNCTION = rule({ SourceSecurityGroupId: FUNCTION_GROUP, ...IAM });

function refusalWith(rules: { in: Rule[]; out: Rule[] }): string | undefined {
  const { network, placeIn } = networkFixture({ in: rules.in });
  for (const [index, added] of rules.out.entries())
    network.rules.set(`sgr-${index}`, { groupId: TARGET_GROUP, side: 'egress', rule: added });
  const place = placeIn('isolated-vpc-1', TARGET_GROUP);
  return pollerRefusal(network, { kind: 'private', name: 'Data/Kafka', place, ports: [9098] });
}

describe('pollers', () => {
  it('reach a cluster whose security group lets itself in and out', () => {
    expect(refusalWith({ in: [INTO_ITSELF], out: [OUT_TO_ITSELF] })).toBeUndefined();
  });

  it.each([
    ['in', { in: [FROM_FUNCTION], out: [OUT_TO_ITSELF] }, 'lets nothing in from Data/Kafka'],
    ['out', { in: [INTO_ITSELF], out: [] }, 'lets nothing out to it'],
  ])('do not reach a cluster whose security group does not let itself %s', (_, rules, missing) => {
    expect(refusalWith(rules)).toBe(
      "Pollers, which have the cluster's own security groups, cannot connect to it: on port 9098, security group sg-target " +
        `${missing}. Write \`kafka.connections.allowTo(kafka, Port.tcp(9098))\` in the CDK app.`,
    );
  });
});
