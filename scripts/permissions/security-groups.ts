import { keysIn, type Resource } from '../templates/resources.ts';

/** One rule of a security group, wherever the templates write it. */
export interface Rule {
  readonly direction: 'egress' | 'ingress';
  readonly group: string;
  /** The other side: a group, by its key, or addresses, such as `10.0.0.0/16` or a prefix list. */
  readonly peer: { readonly group: string } | { readonly addresses: string };
  readonly ports: Ports;
}

export interface Ports {
  /** `tcp`, `udp`, ..., or `-1` for all. */
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
}

interface RuleProperties {
  readonly GroupId?: string;
  readonly IpProtocol?: string | number;
  readonly FromPort?: number | string;
  readonly ToPort?: number | string;
  readonly [other: string]: unknown;
}

/**
 * What a group lets out when its own resource has no egress rule:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
 */
const EVERYTHING: RuleProperties = { CidrIp: '0.0.0.0/0', IpProtocol: '-1' };
/** Addresses that no packet leaves for; a rule with them keeps AWS from letting everything out. */
const NOWHERE: readonly unknown[] = ['127.0.0.1/32', '255.255.255.255/32'];

/** All rules of all security groups: those written into the group, and those written apart, in whichever stack. */
export function securityGroupRules(resources: readonly Resource[]): Rule[] {
  const withRulesApart = new Set(
    resources
      .filter(({ type }) => type === 'AWS::EC2::SecurityGroupEgress')
      .map((resource) => groupKey(String(propertiesOf(resource).GroupId))),
  );
  return resources.flatMap((resource) => {
    switch (resource.type) {
      case 'AWS::EC2::SecurityGroup': {
        const egress = (resource.property('SecurityGroupEgress') ?? []) as RuleProperties[];
        const ingress = (resource.property('SecurityGroupIngress') ?? []) as RuleProperties[];
        return [
          ...(egress.length > 0 ? egress : [EVERYTHING])
            // A rule apart takes away what lets everything out: https://github.com/aws/aws-cdk/issues/22140
            .filter((rule) => !(withRulesApart.has(resource.key) && isEverything(rule)))
            .flatMap((properties) => ruleOf('egress', resource.key, properties)),
          ...ingress.flatMap((properties) => ruleOf('ingress', resource.key, properties)),
        ];
      }
      case 'AWS::EC2::SecurityGroupEgress':
        return ruleOf('egress', undefined, propertiesOf(resource));
      case 'AWS::EC2::SecurityGroupIngress':
        return ruleOf('ingress', undefined, propertiesOf(resource));
      default:
        return [];
    }
  });
}

/** Whether there is a port that both ranges hold. */
export function overlap(a: Ports, b: Ports): boolean {
  const sameProtocol = a.protocol === '-1' || b.protocol === '-1' || a.protocol === b.protocol;
  return sameProtocol && a.from <= b.to && b.from <= a.to;
}

/** `5432`, `1024-2048`, `udp 53` or `any port`. */
export function portsText({ protocol, from, to }: Ports): string {
  const range = from === 0 && to === 65_535 ? 'any port' : from === to ? String(from) : `${from}-${to}`;
  return protocol === 'tcp' || protocol === '-1' ? range : `${protocol} ${range}`;
}

function isEverything({ CidrIp, IpProtocol }: RuleProperties): boolean {
  return CidrIp === EVERYTHING.CidrIp && String(IpProtocol) === EVERYTHING.IpProtocol;
}

function propertiesOf(resource: Resource): RuleProperties {
  return Object.fromEntries(resource.propertyNames.map((name) => [name, resource.property(name)]));
}

function ruleOf(direction: Rule['direction'], owner: string | undefined, properties: RuleProperties): Rule[] {
  const other = properties[direction === 'egress' ? 'DestinationSecurityGroupId' : 'SourceSecurityGroupId'];
  const addresses =
    properties.CidrIp ??
    properties.CidrIpv6 ??
    properties.DestinationPrefixListId ??
    properties.SourcePrefixListId ??
    properties.SourceSecurityGroupName ??
    'unknown addresses';
  if (direction === 'egress' && NOWHERE.includes(addresses)) return [];
  const protocol = String(properties.IpProtocol ?? '-1');
  const everyPort = protocol === '-1' || properties.FromPort === undefined || Number(properties.FromPort) === -1;
  return [
    {
      direction,
      group: owner ?? groupKey(String(properties.GroupId)),
      peer: other === undefined ? { addresses: String(addresses) } : { group: groupKey(String(other)) },
      ports: {
        protocol,
        from: everyPort ? 0 : Number(properties.FromPort),
        to: everyPort ? 65_535 : Number(properties.ToPort ?? properties.FromPort),
      },
    },
  ];
}

/** The key of a group of the templates, or the id as it is written. */
export function groupKey(id: string): string {
  return keysIn(id)[0] ?? id;
}
