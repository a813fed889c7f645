import { describe, expect, it } from 'vitest';
import { FUNCTION_GROUP, networkFixture, rule, TARGET_GROUP } from './network-fixture.ts';
import { internetPorts, refusalOf } from './reach.ts';
import type { Rule } from './security-group.ts';

const TO_TARGET = rule({ DestinationSecurityGroupId: TARGET_GROUP });
const FROM_FUNCTION = rule({ SourceSecurityGroupId: FUNCTION_GROUP });
const NO_WAY_OUT = 'security group sg-function lets nothing out to it';
const NO_WAY_IN = 'security group sg-target lets nothing in from place-order';

function toDatabase(rules: { out?: Rule[]; in?: Rule[] }, from: { subnet?: string } = {}) {
  const { network, placeIn } = networkFixture(rules);
  const source = { name: 'place-order', place: placeIn(from.subnet ?? 'isolated-vpc-1', FUNCTION_GROUP) };
  const place = placeIn('isolated-vpc-1', TARGET_GROUP);
  return refusalOf(network, source, { kind: 'private', name: 'Data/Orders', place, ports: [5432, 15_432] });
}

describe('a function in the VPC of a database', () => {
  it.each<{ rules: string; out: Rule[]; in: Rule[] }>([
    { rules: 'name each other', out: [TO_TARGET], in: [FROM_FUNCTION] },
    {
      rules: 'have the port that the database has here',
      out: [rule({ DestinationSecurityGroupId: TARGET_GROUP, FromPort: 15_432, ToPort: 15_432 })],
      in: [FROM_FUNCTION],
    },
    {
      rules: 'name the blocks of the subnets',
      out: [rule({ CidrIp: '10.0.0.0/20' })],
      in: [rule({ CidrIp: '10.0.0.0/16' })],
    },
    {
      rules: 'have a range of ports',
      out: [rule({ CidrIp: '0.0.0.0/0', FromPort: 0, ToPort: 65_535 })],
      in: [FROM_FUNCTION],
    },
    { rules: 'are for all protocols', out: [rule({ CidrIp: '0.0.0.0/0', IpProtocol: '-1' })], in: [FROM_FUNCTION] },
    { rules: 'number the protocol', out: [rule({ CidrIp: '0.0.0.0/0', IpProtocol: '6' })], in: [FROM_FUNCTION] },
  ])('reaches it when the rules of both groups $rules', (rules) => {
    expect(toDatabase(rules)).toBeUndefined();
  });

  it.each<{ rules: string; out: Rule[]; in: Rule[]; missing: string[] }>([
    { rules: 'no rule at all', out: [], in: [], missing: [NO_WAY_OUT, NO_WAY_IN] },
    { rules: 'a rule on the way out alone', out: [TO_TARGET], in: [], missing: [NO_WAY_IN] },
    { rules: 'a rule on the way in alone', out: [], in: [FROM_FUNCTION], missing: [NO_WAY_OUT] },
    {
      rules: 'rules for another port',
      out: [rule({ DestinationSecurityGroupId: TARGET_GROUP, FromPort: 5433, ToPort: 5433 })],
      in: [FROM_FUNCTION],
      missing: [NO_WAY_OUT],
    },
    {
      rules: 'rules for another protocol',
      out: [TO_TARGET],
      in: [rule({ SourceSecurityGroupId: FUNCTION_GROUP, IpProtocol: 'udp' })],
      missing: [NO_WAY_IN],
    },
    {
      rules: 'rules for another group',
      out: [TO_TARGET],
      in: [rule({ SourceSecurityGroupId: 'sg-other' })],
      missing: [NO_WAY_IN],
    },
    {
      rules: 'a rule for half of the subnet',
      out: [rule({ CidrIp: '10.0.0.0/21' })],
      in: [FROM_FUNCTION],
      missing: [NO_WAY_OUT],
    },
    { rules: 'a rule for IPv6', out: [rule({ CidrIpv6: '::/0' })], in: [FROM_FUNCTION], missing: [NO_WAY_OUT] },
    {
      rules: 'a rule for a prefix list',
      out: [rule({ DestinationPrefixListId: 'pl-1' })],
      in: [FROM_FUNCTION],
      missing: [NO_WAY_OUT],
    },
  ])('does not reach it with $rules, and the remedy is a line of the CDK', ({ missing, ...rules }) => {
    expect(toDatabase(rules)).toEqual({
      reason: `on port 5432, ${missing.join(', and ')}`,
      remedy: 'Write `placeOrder.connections.allowTo(orders, Port.tcp(5432))` in the CDK app.',
    });
  });

  it('reaches it from whichever of its subnets a rule over addresses covers', () => {
    const rules = { out: [TO_TARGET], in: [rule({ CidrIp: '10.0.16.0/20' })] };
    expect(toDatabase(rules, { subnet: 'private' })).toBeUndefined();
    expect(toDatabase(rules, { subnet: 'isolated-vpc-1' })?.reason).toContain(NO_WAY_IN);
  });
});

describe('a database', () => {
  const everybody = [rule({ CidrIp: '0.0.0.0/0' })];

  it('is not reached from outside the VPC or from another one, whatever the rules say', () => {
    const { network, placeIn } = networkFixture({ out: everybody, in: everybody });
    const database = {
      kind: 'private',
      name: 'orders',
      place: placeIn('isolated-vpc-1', TARGET_GROUP),
      ports: [5432],
    } as const;
    expect(refusalOf(network, { name: 'place-order', place: undefined }, database)).toEqual({
      reason: 'place-order is in no VPC, and orders is in vpc-1',
      remedy: 'Give the function the properties `vpc` and `vpcSubnets`.',
    });
    const elsewhere = placeIn('isolated-vpc-2', FUNCTION_GROUP);
    expect(refusalOf(network, { name: 'place-order', place: elsewhere }, database)?.reason).toBe(
      'orders is in another VPC, vpc-1',
    );
  });

  it.each([
    { title: 'anybody', rules: { in: everybody }, reached: true },
    { title: 'one group', rules: { in: [FROM_FUNCTION] }, reached: false },
  ])('with a public address is reached from outside as its rules say: $title', ({ rules, reached }) => {
    const { network, placeIn } = networkFixture(rules);
    const place = placeIn('public', TARGET_GROUP);
    const refusal = refusalOf(
      network,
      { name: 'place-order', place: undefined },
      { kind: 'private', name: 'orders', place, ports: [5432], public: true },
    );
    expect(refusal === undefined).toBe(reached);
  });
});

const HTTPS = { FromPort: 443, ToPort: 443 };
const OUT_TO_ALL = rule({ CidrIp: '0.0.0.0/0', ...HTTPS });

describe('the internet', () => {
  const from = (subnet: string | undefined, out: Rule[]) => {
    const { network, placeIn } = networkFixture({ out });
    const place = subnet === undefined ? undefined : placeIn(subnet, FUNCTION_GROUP);
    return {
      network,
      place,
      to: (port: number) =>
        refusalOf(network, { name: 'place-order', place }, { kind: 'internet', name: 'the internet', port }),
    };
  };

  it('is reached from outside all VPCs, and from subnets with a NAT gateway on the ports that the group lets out', () => {
    expect(from(undefined, []).to(80)).toBeUndefined();
    const { network, place, to } = from('private', [OUT_TO_ALL]);
    expect(to(443)).toBeUndefined();
    expect(to(80)?.reason).toBe('security group sg-function lets nothing out to the internet on port 80');
    expect(place && internetPorts(network, place)).toEqual([[443, 443]]);
  });

  it.each([
    ['isolated-vpc-1', 'its subnet isolated-vpc-1 has no route to the internet'],
    ['public', 'its subnet public leads to an internet gateway, but a function has no public address'],
  ])('is not reached from subnet %s', (subnet, reason) => {
    const { network, place, to } = from(subnet, [OUT_TO_ALL]);
    expect(to(443)?.reason).toBe(reason);
    expect(place && internetPorts(network, place)).toEqual([]);
  });
});

describe('an AWS service', () => {
  const call = (o: {
    subnet: string;
    out?: Rule[];
    in?: Rule[];
    endpoint?: 'interface' | 'gateway';
    privateDns?: boolean;
    tables?: string[];
  }) => {
    const { network, placeIn } = networkFixture(o);
    network.routeTables.set('isolated-vpc-1', 'rtb-isolated');
    const { privateDns = true, tables = ['rtb-isolated'] } = o;
    const way =
      o.endpoint === 'gateway'
        ? ({ kind: 'gateway', routeTableIds: tables } as const)
        : ({ kind: 'interface', place: placeIn('isolated-vpc-1', TARGET_GROUP), privateDns } as const);
    const endpoint = { id: 'vpce-1', name: 'Network/Way', vpcId: 'vpc-1', service: 's3', way };
    if (o.endpoint) network.endpoints.set('vpce-1', endpoint);
    const source = { name: 'place-order', place: placeIn(o.subnet, FUNCTION_GROUP) };
    return refusalOf(network, source, { kind: 'aws', name: 'S3', service: 's3' })?.reason;
  };
  const outToEndpoint = rule({ DestinationSecurityGroupId: TARGET_GROUP, ...HTTPS });
  const intoEndpoint = rule({ SourceSecurityGroupId: FUNCTION_GROUP, ...HTTPS });
  const subnet = 'isolated-vpc-1';

  it('is reached from outside all VPCs', () => {
    const { network } = networkFixture();
    expect(
      refusalOf(network, { name: 'place-order', place: undefined }, { kind: 'aws', name: 'S3', service: 's3' }),
    ).toBeUndefined();
  });

  it('is not reached from an isolated subnet without an endpoint, and is through a NAT gateway', () => {
    expect(call({ subnet, out: [OUT_TO_ALL] })).toBe('its subnet isolated-vpc-1 has no route to the internet');
    expect(call({ subnet: 'private', out: [OUT_TO_ALL] })).toBeUndefined();
  });

  it('is reached at its interface endpoint by the rules of both groups', () => {
    expect(call({ subnet, endpoint: 'interface', out: [outToEndpoint], in: [intoEndpoint] })).toBeUndefined();
    expect(call({ subnet, endpoint: 'interface', out: [OUT_TO_ALL] })).toBe(`on port 443, ${NO_WAY_IN}`);
  });

  it('is not reached around an interface endpoint that has its name, even if there is a way to the internet', () => {
    expect(call({ subnet: 'private', endpoint: 'interface', out: [OUT_TO_ALL] })).toBe(`on port 443, ${NO_WAY_IN}`);
  });

  it('is not reached at an interface endpoint without private DNS, which has another name', () => {
    const refusal = call({
      subnet,
      endpoint: 'interface',
      privateDns: false,
      out: [outToEndpoint],
      in: [intoEndpoint],
    });
    expect(refusal).toBe('its subnet isolated-vpc-1 has no route to the internet');
  });

  it.each([
    ['all addresses', OUT_TO_ALL],
    ['a prefix list of AWS', rule({ DestinationPrefixListId: 'pl-63a5400a', ...HTTPS })],
  ])('is reached through its gateway endpoint with a rule for %s', (_, out) => {
    expect(call({ subnet, endpoint: 'gateway', out: [out] })).toBeUndefined();
  });

  it('is not reached through a gateway endpoint without a rule on the way out, or without a route to it', () => {
    expect(call({ subnet, endpoint: 'gateway', out: [rule({ CidrIp: '10.0.0.0/16', ...HTTPS })] })).toBe(
      'security group sg-function lets nothing out to the gateway endpoint Network/Way on port 443',
    );
    expect(call({ subnet, endpoint: 'gateway', tables: ['rtb-other'], out: [OUT_TO_ALL] })).toBe(
      'its subnet isolated-vpc-1 has no route to the internet',
    );
  });
});
