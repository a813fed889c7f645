import { z } from 'zod';
import type { ResourceRequest } from '../../assembly/resource-provider.ts';
import { REGION } from '../../aws-identity.ts';
import type { Iam } from '../iam/service.ts';
import { constructPath, physicalId } from '../physical-names.ts';
import { boolean, created, ignored, provider, REPLACED, type ResourceProviders } from '../provider.ts';
import { register } from '../register.ts';
import { required } from '../service.ts';
import type { Network, VpcEndpoint } from './network.ts';
import {
  type AddedRule,
  ALLOW_ALL,
  egressProperties,
  ingressProperties,
  type Rule,
  ruleOf,
  type SecurityGroup,
} from './security-group.ts';

const ids = z.array(z.string()).default([]);

/**
 * VPCs and what is in them, in the network's own tables.
 *
 * @param policies keep those of VPC endpoints
 */
export function networkResources(
  network: Network,
  policies: Pick<Iam['policies'], 'setEndpointPolicy'>,
): ResourceProviders {
  return {
    ...vpcResources(network),
    ...routeResources(network),
    ...securityGroupResources(network),
    'AWS::EC2::VPCEndpoint': provider(
      'a way to an AWS service, for functions in the VPC',
      z.object({
        ServiceName: z.string(),
        VpcId: z.string(),
        VpcEndpointType: z
          .enum(['Gateway', 'Interface'], 'only gateways and interfaces are supported by the local runner')
          .default('Gateway'),
        SubnetIds: ids,
        SecurityGroupIds: ids,
        RouteTableIds: ids,
        PrivateDnsEnabled: boolean.default(false),
        PolicyDocument: z.unknown().optional(),
      }),
      (properties, request) => {
        const { VpcEndpointType, SubnetIds, SecurityGroupIds, RouteTableIds } = properties;
        const id = physicalId('vpce', request);
        const way: VpcEndpoint['way'] =
          VpcEndpointType === 'Gateway'
            ? { kind: 'gateway', routeTableIds: RouteTableIds }
            : {
                kind: 'interface',
                place: network.placeOf(SubnetIds, SecurityGroupIds),
                privateDns: properties.PrivateDnsEnabled,
              };
        const remove = register(network.endpoints, id, {
          id,
          name: constructPath(request),
          vpcId: properties.VpcId,
          service: properties.ServiceName.replace(new RegExp(`^.*\\.${REGION}\\.`), ''),
          way,
        });
        const { PolicyDocument: policy } = properties;
        const removePolicy = policy === undefined ? undefined : policies.setEndpointPolicy(id, policy);
        return created(id, { Id: id, DnsEntries: [], NetworkInterfaceIds: [] }, () => {
          remove();
          removePolicy?.();
        });
      },
      REPLACED,
    ),
  };
}

function vpcResources(network: Network): ResourceProviders {
  return {
    'AWS::EC2::VPC': provider(
      'a network, by whose rules functions connect',
      z.object({
        CidrBlock: z.string(),
        EnableDnsSupport: boolean.default(true).refine((on) => on, 'must be on: names are looked up on this machine'),
      }),
      ({ CidrBlock }, request) => {
        const id = physicalId('vpc', request);
        const group = `sg-${id.slice('vpc-'.length)}`;
        const vpc = { id, name: constructPath(request), block: CidrBlock, defaultGroupId: group };
        const removals = [register(network.vpcs, id, vpc)];
        // https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
        const ingress = [{ ...ALLOW_ALL, peer: { group } }];
        const own = { id: group, name: `${constructPath(request)}/default`, vpcId: id, ingress, egress: [ALLOW_ALL] };
        removals.push(register(network.securityGroups, group, own));
        const attributes = {
          VpcId: id,
          CidrBlock,
          DefaultSecurityGroup: group,
          DefaultNetworkAcl: physicalId('acl', request),
          Ipv6CidrBlocks: [],
        };
        return created(id, attributes, () => removals.map((remove) => remove()));
      },
      REPLACED,
    ),

    'AWS::EC2::Subnet': provider(
      'a part of its network',
      z.object({ VpcId: z.string(), CidrBlock: z.string(), AvailabilityZone: z.string().default('') }),
      ({ VpcId, CidrBlock, AvailabilityZone }, request) => {
        const id = physicalId('subnet', request);
        const subnet = { id, name: constructPath(request), vpcId: VpcId, block: CidrBlock };
        const remove = register(network.subnets, id, subnet);
        return created(id, { SubnetId: id, VpcId, CidrBlock, AvailabilityZone }, remove);
      },
      REPLACED,
    ),

    'AWS::EC2::FlowLog': ignored('what is refused is in the log of the run'),
  };
}

function routeResources(network: Network): ResourceProviders {
  const reached = 'where a route leads: what has it reaches what this machine reaches';
  return {
    'AWS::EC2::RouteTable': provider(
      'the ways out of subnets',
      z.object({}),
      (_, request) => {
        const id = physicalId('rtb', request);
        return created(id, { RouteTableId: id });
      },
      REPLACED,
    ),

    'AWS::EC2::Route': provider(
      'a way out of subnets',
      z.looseObject({ RouteTableId: z.string(), DestinationCidrBlock: z.string().default('') }),
      ({ RouteTableId, DestinationCidrBlock: block, ...properties }, request) => {
        // One of `NatGatewayId`, `GatewayId`, `TransitGatewayId` and so on.
        const via = Object.keys(properties).find((name) => /(Id|Arn)$/.test(name) && !name.startsWith('Destination'));
        const id = physicalId('r', request);
        const route = { routeTableId: RouteTableId, block, via: via ?? 'nothing' };
        return created(id, { CidrBlock: block }, register(network.routes, id, route));
      },
      REPLACED,
    ),

    'AWS::EC2::SubnetRouteTableAssociation': provider(
      'the ways out of a subnet',
      z.object({ SubnetId: z.string(), RouteTableId: z.string() }),
      ({ SubnetId, RouteTableId }, request) => {
        const id = physicalId('rtbassoc', request);
        return created(id, { Id: id }, register(network.routeTables, SubnetId, RouteTableId));
      },
      REPLACED,
    ),

    'AWS::EC2::EIP': ignored(reached),
    'AWS::EC2::InternetGateway': ignored(reached),
    'AWS::EC2::NatGateway': ignored(reached),
    'AWS::EC2::VPCGatewayAttachment': ignored(reached),
  };
}

function securityGroupResources(network: Network): ResourceProviders {
  const add = (side: AddedRule['side'], groupId: string, rule: Rule, request: ResourceRequest) => {
    required(network.securityGroups.get(groupId), `security group ${groupId}`);
    const id = physicalId('sgr', request);
    return created(id, { Id: id }, register(network.rules, id, { groupId, side, rule }));
  };
  return {
    'AWS::EC2::SecurityGroup': provider(
      'rules of who may connect to what',
      z.object({
        VpcId: z.string(),
        SecurityGroupIngress: z.array(ingressProperties).default([]),
        SecurityGroupEgress: z.array(egressProperties).default([]),
      }),
      ({ VpcId, SecurityGroupIngress, SecurityGroupEgress }, request) => {
        const id = physicalId('sg', request);
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-securitygroup.html
        const egress = SecurityGroupEgress.length > 0 ? SecurityGroupEgress.map(ruleOf) : [ALLOW_ALL];
        const group: SecurityGroup = {
          id,
          name: constructPath(request),
          vpcId: VpcId,
          ingress: SecurityGroupIngress.map(ruleOf),
          egress,
        };
        return created(id, { Id: id, GroupId: id, VpcId }, register(network.securityGroups, id, group));
      },
      REPLACED,
    ),

    'AWS::EC2::SecurityGroupIngress': provider(
      'a rule of who may connect',
      ingressProperties.extend({ GroupId: z.string() }),
      ({ GroupId, ...rule }, request) => add('ingress', GroupId, ruleOf(rule), request),
      REPLACED,
    ),

    'AWS::EC2::SecurityGroupEgress': provider(
      'a rule of what may be connected to',
      egressProperties.extend({ GroupId: z.string() }),
      ({ GroupId, ...rule }, request) => add('egress', GroupId, ruleOf(rule), request),
      REPLACED,
    ),

    'Custom::VpcRestrictDefaultSG': provider(
      "takes the rules from the VPC's default security group, as the CDK's function would",
      z.object({ DefaultSecurityGroupId: z.string() }),
      ({ DefaultSecurityGroupId }, request) => {
        const remove = register(network.restricted, DefaultSecurityGroupId, true);
        return created(physicalId('restricted', request), {}, remove);
      },
      REPLACED,
    ),
  };
}
