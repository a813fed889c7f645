import { z } from 'zod';
import type { ResourceRequest } from '../../assembly/resource-provider.ts';
import { REGION } from '../../aws-identity.ts';
import type { Iam } from '../iam/service.ts';
import { constructPath, physicalId } from '../physical-names.ts';
import { boolean, created, ignored, provider, type ResourceProviders } from '../provider.ts';
import { required } from '../service.ts';
import type { Network, VpcEndpoint } from './network.ts';
import {
  ALLOW_ALL,
  allowsAll,
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
        network.endpoints.set(id, {
          id,
          name: constructPath(request),
          vpcId: properties.VpcId,
          service: properties.ServiceName.replace(new RegExp(`^.*\\.${REGION}\\.`), ''),
          way,
        });
        if (properties.PolicyDocument !== undefined) policies.setEndpointPolicy(id, properties.PolicyDocument);
        return created(id, { Id: id, DnsEntries: [], NetworkInterfaceIds: [] });
      },
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
        network.vpcs.set(id, { id, name: constructPath(request), block: CidrBlock, defaultGroupId: group });
        // https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
        const ingress = [{ ...ALLOW_ALL, peer: { group } }];
        network.securityGroups.set(group, {
          id: group,
          name: `${constructPath(request)}/default`,
          vpcId: id,
          ingress,
          egress: [ALLOW_ALL],
        });
        return created(id, {
          VpcId: id,
          CidrBlock,
          DefaultSecurityGroup: group,
          DefaultNetworkAcl: physicalId('acl', request),
          Ipv6CidrBlocks: [],
        });
      },
    ),

    'AWS::EC2::Subnet': provider(
      'a part of its network',
      z.object({ VpcId: z.string(), CidrBlock: z.string(), AvailabilityZone: z.string().default('') }),
      ({ VpcId, CidrBlock, AvailabilityZone }, request) => {
        const id = physicalId('subnet', request);
        network.subnets.set(id, { id, name: constructPath(request), vpcId: VpcId, block: CidrBlock });
        return created(id, { SubnetId: id, VpcId, CidrBlock, AvailabilityZone });
      },
    ),

    'AWS::EC2::FlowLog': ignored('what is refused is in the log of the run'),
  };
}

function routeResources(network: Network): ResourceProviders {
  const reached = 'where a route leads: what has it reaches what this machine reaches';
  return {
    'AWS::EC2::RouteTable': provider('the ways out of subnets', z.object({}), (_, request) => {
      const id = physicalId('rtb', request);
      network.routes.set(id, []);
      return created(id, { RouteTableId: id });
    }),

    'AWS::EC2::Route': provider(
      'a way out of subnets',
      z.looseObject({ RouteTableId: z.string(), DestinationCidrBlock: z.string().default('') }),
      ({ RouteTableId, DestinationCidrBlock: block, ...properties }, request) => {
        // One of `NatGatewayId`, `GatewayId`, `TransitGatewayId` and so on.
        const via = Object.keys(properties).find((name) => /(Id|Arn)$/.test(name) && !name.startsWith('Destination'));
        required(network.routes.get(RouteTableId), `route table ${RouteTableId}`).push({
          block,
          via: via ?? 'nothing',
        });
        return created(physicalId('r', request), { CidrBlock: block });
      },
    ),

    'AWS::EC2::SubnetRouteTableAssociation': provider(
      'the ways out of a subnet',
      z.object({ SubnetId: z.string(), RouteTableId: z.string() }),
      ({ SubnetId, RouteTableId }, request) => {
        network.routeTables.set(SubnetId, RouteTableId);
        const id = physicalId('rtbassoc', request);
        return created(id, { Id: id });
      },
    ),

    'AWS::EC2::EIP': ignored(reached),
    'AWS::EC2::InternetGateway': ignored(reached),
    'AWS::EC2::NatGateway': ignored(reached),
    'AWS::EC2::VPCGatewayAttachment': ignored(reached),
  };
}

function securityGroupResources(network: Network): ResourceProviders {
  const groupOf = (id: string) => required(network.securityGroups.get(id), `security group ${id}`);
  const add = (rules: Rule[], rule: Rule, request: ResourceRequest) => {
    rules.push(rule);
    const id = physicalId('sgr', request);
    return created(id, { Id: id });
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
        network.securityGroups.set(id, group);
        return created(id, { Id: id, GroupId: id, VpcId });
      },
    ),

    'AWS::EC2::SecurityGroupIngress': provider(
      'a rule of who may connect',
      ingressProperties.extend({ GroupId: z.string() }),
      ({ GroupId, ...rule }, request) => add(groupOf(GroupId).ingress, ruleOf(rule), request),
    ),

    'AWS::EC2::SecurityGroupEgress': provider(
      'a rule of what may be connected to',
      egressProperties.extend({ GroupId: z.string() }),
      ({ GroupId, ...rule }, request) => {
        const { egress } = groupOf(GroupId);
        // CloudFormation takes the default for one that a person wrote: https://github.com/aws/aws-cdk/issues/22140
        const limiting = egress.filter((each) => !allowsAll(each));
        egress.splice(0, egress.length, ...limiting);
        return add(egress, ruleOf(rule), request);
      },
    ),

    'Custom::VpcRestrictDefaultSG': provider(
      "takes the rules from the VPC's default security group, as the CDK's function would",
      z.object({ DefaultSecurityGroupId: z.string() }),
      ({ DefaultSecurityGroupId }, request) => {
        const { ingress, egress } = groupOf(DefaultSecurityGroupId);
        ingress.length = 0;
        egress.length = 0;
        return created(physicalId('restricted', request));
      },
    ),
  };
}
