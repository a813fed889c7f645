import { Network, type Place } from './network.ts';
import { type Rule, ruleOf } from './security-group.ts';

/** The security group of the function, and that of what it connects to. */
export const FUNCTION_GROUP = 'sg-function';
export const TARGET_GROUP = 'sg-target';

/** A rule as templates write it, for TCP on port 5432 unless it says otherwise. */
export function rule(properties: Partial<Parameters<typeof ruleOf>[0]> & Record<string, unknown>): Rule {
  return ruleOf({ IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, ...properties });
}

/**
 * A VPC with an isolated, a private and a public subnet, and another VPC.
 *
 * @param rules what the function's group lets out, and what the target's group lets in
 */
export function networkFixture(rules: { out?: readonly Rule[]; in?: readonly Rule[] } = {}) {
  const network = new Network();
  for (const [id, block] of [
    ['vpc-1', '10.0.0.0/16'],
    ['vpc-2', '10.1.0.0/16'],
  ] as const) {
    network.vpcs.set(id, { id, name: id, block, defaultGroupId: `sg-default-${id}` });
    const isolated = `isolated-${id}`;
    network.subnets.set(isolated, {
      id: isolated,
      name: isolated,
      vpcId: id,
      block: block.replace('0.0/16', '0.0/20'),
    });
  }
  const addSubnet = (id: string, block: string, via: string) => {
    network.subnets.set(id, { id, name: id, vpcId: 'vpc-1', block });
    network.routeTables.set(id, `rtb-${id}`);
    network.routes.set(`r-${id}`, { routeTableId: `rtb-${id}`, block: '0.0.0.0/0', via });
  };
  addSubnet('private', '10.0.16.0/20', 'NatGatewayId');
  addSubnet('public', '10.0.32.0/20', 'GatewayId');
  const addGroup = (id: string, egress: readonly Rule[], ingress: readonly Rule[]) =>
    network.securityGroups.set(id, { id, name: id, vpcId: 'vpc-1', egress, ingress });
  addGroup(FUNCTION_GROUP, rules.out ?? [], []);
  addGroup(TARGET_GROUP, [], rules.in ?? []);
  addGroup('sg-other', [], []);
  const placeIn = (subnet: string, group: string): Place => network.placeOf([subnet], [group]);
  return { network, placeIn };
}
