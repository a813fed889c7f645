import type { Network, Place } from './network.ts';
import { ANYWHERE, allow, portsToAnywhere, type SecurityGroup } from './security-group.ts';

const HTTPS = 443;

/** What a connection leads to. */
export type Target = { readonly name: string } & (
  | {
      readonly kind: 'private';
      /** Undefined when the templates do not tell. */
      readonly place: Place | undefined;
      /** The ports that rules may mean: the one on AWS, and the one that stands for it here. */
      readonly ports: readonly number[];
      /** Whether it also has a public address. */
      readonly public?: boolean;
    }
  | { readonly kind: 'aws'; readonly service: string }
  | { readonly kind: 'internet'; readonly port: number }
  /** A port of this machine that nothing on AWS has. */
  | { readonly kind: 'operator' }
);

/** What serves HTTPS on the internet. @param name as the log has it */
export function publicServer(name: string): Target {
  return { kind: 'internet', name, port: HTTPS };
}

/** Why a connection does not come about: sentences for the log. */
export interface Refusal {
  readonly reason: string;
  readonly remedy: string;
}

/** Ranges of ports, ends included. */
export type Ports = readonly (readonly [number, number])[];

/** Who connects. */
export interface Source {
  readonly name: string;
  /** Undefined outside of all VPCs, where AWS's own network leads to the internet and to no VPC. */
  readonly place: Place | undefined;
}

/**
 * Whether a function, or whatever else has this place, can open a TCP connection, by the rules of its security groups and of the
 * target's, and by the routes of its subnets. https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
 *
 * Security groups have no order and deny nothing: one rule that allows is enough. A response needs no rule.
 *
 * @returns undefined when it can
 */
export function refusalOf(network: Network, from: Source, to: Target): Refusal | undefined {
  switch (to.kind) {
    case 'operator':
      return {
        reason: 'it is a port of this machine that AWS does not have',
        remedy: 'Use the address that the function is given.',
      };
    case 'private':
      return refusalOfPrivate(network, from, to);
    case 'aws':
      return from.place && refusalOfService(network, { ...from, place: from.place }, to);
    case 'internet':
      return from.place && refusalOfInternet(network, { ...from, place: from.place }, to.port);
  }
}

type Inside = Source & { readonly place: Place };
type PrivateTarget = Extract<Target, { kind: 'private' }>;

function refusalOfPrivate(network: Network, from: Source, to: PrivateTarget): Refusal | undefined {
  const { place, ports } = to;
  if (!place) return undefined;
  const groups = network.groupsOf(place);
  if (!from.place) {
    if (to.public && groups.some(({ ingress }) => ports.some((port) => allow(ingress, port, everybody))))
      return undefined;
    return {
      reason: `${from.name} is in no VPC, and ${to.name} is in ${network.vpc(place.vpcId).name}`,
      remedy: 'Give the function the properties `vpc` and `vpcSubnets`.',
    };
  }
  if (from.place.vpcId !== place.vpcId) {
    return {
      reason: `${to.name} is in another VPC, ${network.vpc(place.vpcId).name}`,
      remedy: 'Put both into one VPC.',
    };
  }
  const passes = (side: 'egress' | 'ingress', owner: Place, other: Place) => {
    const peer = { groupIds: other.securityGroupIds, blocks: network.subnetsOf(other).map(({ block }) => block) };
    return network.groupsOf(owner).some((group) => ports.some((port) => allow(group[side], port, peer)));
  };
  const missing = [
    passes('egress', from.place, place) ? [] : [`${namesOf(network.groupsOf(from.place))} lets nothing out to it`],
    passes('ingress', place, from.place) ? [] : [`${namesOf(groups)} lets nothing in from ${from.name}`],
  ].flat();
  if (missing.length === 0) return undefined;
  const port = `Port.tcp(${ports[0]})`;
  return {
    reason: `on port ${ports[0]}, ${missing.join(', and ')}`,
    remedy: `Write \`${variableOf(from.name)}.connections.allowTo(${variableOf(to.name)}, ${port})\` in the CDK app.`,
  };
}

const everybody = { groupIds: [], blocks: [ANYWHERE] };

function refusalOfService(network: Network, from: Inside, to: Extract<Target, { kind: 'aws' }>): Refusal | undefined {
  const endpoint = network.endpointFor(from.place, to.service);
  if (endpoint?.way.kind === 'interface') {
    const { place } = endpoint.way;
    return refusalOfPrivate(network, from, { kind: 'private', name: endpoint.name, place, ports: [HTTPS] });
  }
  if (!endpoint) {
    const refusal = refusalOfInternet(network, from, HTTPS);
    return refusal && { ...refusal, remedy: `${refusal.remedy} Or give the VPC an endpoint for ${to.service}.` };
  }
  const ports = network.groupsOf(from.place).flatMap(({ egress }) => portsToAnywhere(egress, true));
  return includes(ports, HTTPS)
    ? undefined
    : missingEgress(network, from, HTTPS, `the gateway endpoint ${endpoint.name}`);
}

/**
 * A function has no public address in any subnet, so that only a NAT, or another network, leads it out of its VPC:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html
 */
function refusalOfInternet(network: Network, from: Inside, port: number): Refusal | undefined {
  const closed = network.subnetsOf(from.place).find(({ id }) => !network.routesOf(id).some(leadsOut));
  if (closed !== undefined) {
    const viaGateway = network.routesOf(closed.id).some(({ via }) => via === 'GatewayId');
    const why = viaGateway
      ? 'leads to an internet gateway, but a function has no public address'
      : 'has no route to the internet';
    return { reason: `its subnet ${closed.name} ${why}`, remedy: 'Choose private subnets with a NAT gateway.' };
  }
  return includes(internetPorts(network, from.place), port)
    ? undefined
    : missingEgress(network, from, port, 'the internet');
}

const leadsOut = ({ block, via }: { block: string; via: string }) => block === ANYWHERE && via !== 'GatewayId';

/** The TCP ports at which something can reach the internet. */
export function internetPorts(network: Network, place: Place): Ports {
  if (!place.subnetIds.every((id) => network.routesOf(id).some(leadsOut))) return [];
  return network.groupsOf(place).flatMap(({ egress }) => portsToAnywhere(egress));
}

function missingEgress(network: Network, from: Inside, port: number, to: string): Refusal {
  return {
    reason: `${namesOf(network.groupsOf(from.place))} lets nothing out to ${to} on port ${port}`,
    remedy: `Write \`${variableOf(from.name)}.connections.allowToAnyIpv4(Port.tcp(${port}))\` in the CDK app.`,
  };
}

function includes(ports: Ports, port: number): boolean {
  return ports.some(([first, last]) => first <= port && port <= last);
}

function namesOf(groups: readonly SecurityGroup[]): string {
  return `security group ${groups.map(({ name }) => name).join(' or ')}`;
}

/** `list-things` and `Data/Things` as a variable of a program: `listThings`, `things`. */
function variableOf(name: string): string {
  const last = name.split('/').at(-1) ?? name;
  const joined = last.replaceAll(/[^A-Za-z0-9]+(.)/g, (_, letter: string) => letter.toUpperCase());
  return joined.charAt(0).toLowerCase() + joined.slice(1);
}
