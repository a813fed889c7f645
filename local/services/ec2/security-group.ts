import { BlockList, isIPv4 } from 'node:net';
import { z } from 'zod';

/** A rule of a security group, for one direction. */
export interface Rule {
  /** `tcp`, `udp`, `icmp` and so on, or `-1` for all. */
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly peer: { readonly group: string } | { readonly block: string } | { readonly prefixList: string };
}

export interface SecurityGroup {
  readonly id: string;
  /** As a person knows it. */
  readonly name: string;
  readonly vpcId: string;
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
}

/** A rule that is a resource of its own. */
export interface AddedRule {
  readonly groupId: string;
  readonly side: 'ingress' | 'egress';
  readonly rule: Rule;
}

/** The other side of a connection, as rules name it. */
export interface Peer {
  readonly groupIds: readonly string[];
  /** Where its address lies, be it in any of them: blocks such as `10.0.0.0/20`. */
  readonly blocks: readonly string[];
}

/** Every address of IPv4. */
export const ANYWHERE = '0.0.0.0/0';
const HIGHEST_PORT = 65_535;
/** `tcp` by its number: https://www.iana.org/assignments/protocol-numbers */
const TCP = ['tcp', '6', '-1'];

const port = z.coerce.number().optional();

/** What rules have in common, inline and as resources of their own. */
const ruleProperties = z.object({
  IpProtocol: z.coerce.string(),
  FromPort: port,
  ToPort: port,
  CidrIp: z.string().optional(),
  CidrIpv6: z.string().optional(),
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-ec2-securitygroup-ingress.html */
export const ingressProperties = ruleProperties.extend({
  SourceSecurityGroupId: z.string().optional(),
  SourcePrefixListId: z.string().optional(),
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-ec2-securitygroup-egress.html */
export const egressProperties = ruleProperties.extend({
  DestinationSecurityGroupId: z.string().optional(),
  DestinationPrefixListId: z.string().optional(),
});

/** What a group allows that has no egress rules of its own: everything. */
export const ALLOW_ALL: Rule = { protocol: '-1', fromPort: 0, toPort: HIGHEST_PORT, peer: { block: ANYWHERE } };

/** Whether a rule lets everything pass to every address of IPv4, as a new group does on its way out. */
export function allowsAll({ protocol, peer }: Rule): boolean {
  return protocol === '-1' && 'block' in peer && peer.block === ANYWHERE;
}

/** A rule as its template declares it. @throws Error when it names no peer */
export function ruleOf(properties: z.output<typeof ingressProperties> | z.output<typeof egressProperties>): Rule {
  const { IpProtocol: protocol, FromPort: from = -1, ToPort: to = from } = properties;
  const allPorts = protocol === '-1' || from === -1;
  const ports = { fromPort: allPorts ? 0 : from, toPort: allPorts ? HIGHEST_PORT : to };
  return { protocol, ...ports, peer: peerOf(properties) };
}

function peerOf(properties: z.output<typeof ingressProperties> & z.output<typeof egressProperties>): Rule['peer'] {
  const group = properties.SourceSecurityGroupId ?? properties.DestinationSecurityGroupId;
  const prefixList = properties.SourcePrefixListId ?? properties.DestinationPrefixListId;
  const block = properties.CidrIp ?? properties.CidrIpv6;
  if (group !== undefined) return { group };
  if (prefixList !== undefined) return { prefixList };
  if (block !== undefined) return { block };
  throw new Error('the rule names no security group, address block or prefix list');
}

/**
 * Whether rules let a TCP connection pass between their group and a peer. A rule over addresses counts if it covers all of the
 * peer's blocks together with the others, since an address may be anywhere in them.
 */
export function allow(rules: readonly Rule[], port: number, peer: Peer): boolean {
  const matching = rules.filter(({ protocol, fromPort, toPort }) => {
    return TCP.includes(protocol) && fromPort <= port && port <= toPort;
  });
  if (matching.some((rule) => 'group' in rule.peer && peer.groupIds.includes(rule.peer.group))) return true;
  const blocks = matching.flatMap((rule) => ('block' in rule.peer ? [rule.peer.block] : []));
  return peer.blocks.length > 0 && peer.blocks.every((block) => blocks.some((outer) => covers(outer, block)));
}

/**
 * The ports on which rules let TCP connections out to every address: ranges, ends included.
 *
 * @param orPrefixList whether a prefix list will do: those that AWS keeps have the addresses of the services with gateway endpoints
 */
export function portsToAnywhere(rules: readonly Rule[], orPrefixList = false): (readonly [number, number])[] {
  return rules
    .filter(({ protocol, peer }) => {
      const isMeant = 'block' in peer ? covers(peer.block, ANYWHERE) : orPrefixList && 'prefixList' in peer;
      return TCP.includes(protocol) && isMeant;
    })
    .map(({ fromPort, toPort }) => [fromPort, toPort]);
}

/** Whether each address of a block lies in another block; never between IPv4 and IPv6. */
function covers(outer: string, inner: string): boolean {
  const [outerAddress = '', outerBits] = outer.split('/');
  const [innerAddress = '', innerBits] = inner.split('/');
  if (!isIPv4(outerAddress) || !isIPv4(innerAddress) || Number(outerBits) > Number(innerBits)) return false;
  const list = new BlockList();
  list.addSubnet(outerAddress, Number(outerBits));
  return list.check(innerAddress);
}
