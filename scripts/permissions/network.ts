import { keysIn, type Resource } from '../templates/resources.ts';
import type { Names } from './names.ts';
import { groupKey, overlap, portsText, type Rule, securityGroupRules } from './security-groups.ts';

/** Something that a function can open a connection to. */
export interface Peer {
  /** The peer's security group by its short name, or the addresses. */
  readonly name: string;
  readonly ports: string;
  /** CloudFormation types of what has that security group; empty for addresses. */
  readonly types: readonly string[];
  /** Whose security groups allow it. A rule on one side alone is a mistake, or half of a change. */
  readonly allowedBy: 'both' | 'function' | 'peer';
  /** Where the routes of the function's subnets lead, for addresses. */
  readonly routes?: readonly string[];
}

/** Where a function may connect to: anywhere when it is outside the VPC. */
export type Reach = 'internet' | readonly Peer[];

export interface Network {
  reachOf(groupIds: readonly string[], subnetIds: readonly string[]): Peer[];
}

/** @param resources all of the assembly: rules between two stacks lie in the later one */
export function networkOf(resources: readonly Resource[], names: Names): Network {
  const rules = securityGroupRules(resources);
  const egress = rules.filter(({ direction }) => direction === 'egress');
  const ingress = rules.filter(({ direction }) => direction === 'ingress');
  const typesWith = (group: string) => [
    ...new Set(resources.filter((each) => isMember(each, group)).map(({ type }) => type)),
  ];
  const groupPeer = (group: string, { ports }: Rule, allowedBy: Peer['allowedBy']): Peer => {
    const security = resources.find(({ key }) => key === group);
    const name = security ? names.of(security).replace(/SecurityGroup$/, '') : group;
    return { name, ports: portsText(ports), types: typesWith(group), allowedBy };
  };

  return {
    reachOf(groupIds, subnetIds) {
      const own = new Set(groupIds.map(groupKey));
      const isAbout = (rule: Rule) => 'addresses' in rule.peer || own.has(rule.peer.group);
      const out = egress.filter(({ group }) => own.has(group));
      const peers = out.map((rule): Peer => {
        const { peer, ports } = rule;
        if ('addresses' in peer) {
          const routes = routesOf(resources, subnetIds);
          return { name: peer.addresses, ports: portsText(ports), types: [], allowedBy: 'function', routes };
        }
        const letIn = ingress.some(
          (other) => other.group === peer.group && isAbout(other) && overlap(other.ports, ports),
        );
        return groupPeer(peer.group, rule, letIn ? 'both' : 'function');
      });
      for (const rule of ingress.filter(isAbout)) {
        const matching = out.filter(({ ports }) => overlap(ports, rule.ports));
        if (matching.some(({ peer }) => 'group' in peer && peer.group === rule.group)) continue;
        const byAddress = matching.some(({ peer }) => 'addresses' in peer);
        peers.push(groupPeer(rule.group, rule, byAddress ? 'both' : 'peer'));
      }
      return unique(peers);
    },
  };
}

const RULE_TYPES = /^AWS::EC2::SecurityGroup(Egress|Ingress)?$/;

function isMember(resource: Resource, group: string): boolean {
  return !RULE_TYPES.test(resource.type) && resource.references().includes(group);
}

function unique(peers: readonly Peer[]): Peer[] {
  const texts = new Map(peers.map((peer) => [JSON.stringify(peer), peer]));
  return [...texts.values()].sort((a, b) => (`${a.name} ${a.ports}` < `${b.name} ${b.ports}` ? -1 : 1));
}

/**
 * Where packets can leave some subnets, besides the VPC itself: gateway endpoints by their service, other routes by the type
 * of what they lead to.
 */
function routesOf(resources: readonly Resource[], subnetIds: readonly string[]): string[] {
  const refersTo = (resource: Resource, property: string, keys: readonly string[]) =>
    keysIn(JSON.stringify(resource.property(property) ?? '')).some((key) => keys.includes(key));
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  const subnets = subnetIds.flatMap(keysIn);
  const tables = ofType('AWS::EC2::SubnetRouteTableAssociation')
    .filter((association) => refersTo(association, 'SubnetId', subnets))
    .flatMap((association) => keysIn(String(association.property('RouteTableId'))));
  const endpoints = ofType('AWS::EC2::VPCEndpoint')
    .filter((endpoint) => refersTo(endpoint, 'RouteTableIds', tables))
    .map((endpoint) => `the gateway of ${String(endpoint.property('ServiceName')).split('.').at(-1)}`);
  const routes = ofType('AWS::EC2::Route')
    .filter((route) => refersTo(route, 'RouteTableId', tables))
    .map((route) => {
      const target = route.propertyNames.find(
        (name) => /^(?!RouteTable).*(Id|Arn)$/.test(name) && name !== 'RouteTableId',
      );
      return `${String(route.property('DestinationCidrBlock') ?? 'other addresses')} by its ${target}`;
    });
  return [...new Set([...endpoints, ...routes])].sort();
}
