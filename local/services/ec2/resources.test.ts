import { expect, it } from 'vitest';
import { stackOf } from '../../assembly/deploy-fixture.ts';
import type { ResourceDeclaration } from '../../assembly/template.ts';
import { servicesFixture } from '../services-fixture.ts';

type Resources = Record<string, ResourceDeclaration>;

async function deployed(Resources: Resources) {
  const { ec2, iam, deploy } = servicesFixture();
  await deploy([stackOf('app', { Resources })]);
  return Object.assign(ec2.network, { policies: iam.policies });
}

const VPC: Resources = {
  Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
  Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/20' } },
};
const group = (Properties: object = {}): ResourceDeclaration => ({
  Type: 'AWS::EC2::SecurityGroup',
  Properties: { VpcId: { Ref: 'Vpc' }, ...Properties },
});
const idOf = (name: string) => ({ 'Fn::GetAtt': [name, 'GroupId'] });
const serviceName = (service: string) => ({ 'Fn::Join': ['.', ['com.amazonaws', { Ref: 'AWS::Region' }, service]] });
const everything = { protocol: '-1', fromPort: 0, toPort: 65_535, peer: { block: '0.0.0.0/0' } };

async function groupsOf(Resources: Resources) {
  const network = await deployed({ ...VPC, ...Resources });
  const securityGroupIds = [...network.securityGroups.keys()];
  return new Map(network.groupsOf({ securityGroupIds }).map((each) => [each.name, each]));
}

it('a security group lets everything out, unless it has rules of its own, inline or apart', async () => {
  const out = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '10.0.0.0/16' };
  const Apart = { Type: 'AWS::EC2::SecurityGroupEgress', Properties: { GroupId: idOf('WithRule'), ...out } };
  const groups = await groupsOf({
    Open: group(),
    Inline: group({ SecurityGroupEgress: [out] }),
    WithRule: group(),
    Apart,
  });
  const rule = { protocol: 'tcp', fromPort: 443, toPort: 443, peer: { block: '10.0.0.0/16' } };
  expect(groups.get('Open')).toMatchObject({ egress: [everything], ingress: [] });
  expect(groups.get('Inline')?.egress).toEqual([rule]);
  expect(groups.get('WithRule')?.egress).toEqual([rule]);
});

it('a rule apart on the way out takes away what lets everything out, even if the template has it', async () => {
  const out = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '10.0.0.0/16' };
  const everywhere = { IpProtocol: '-1', CidrIp: '0.0.0.0/0' };
  const postgres = { ...out, FromPort: 5432, ToPort: 5432 };
  const groups = await groupsOf({
    Open: group({ SecurityGroupEgress: [everywhere, postgres] }),
    Apart: { Type: 'AWS::EC2::SecurityGroupEgress', Properties: { GroupId: idOf('Open'), ...out } },
  });
  expect(groups.get('Open')?.egress.map(({ fromPort }) => fromPort)).toEqual([5432, 443]);
});

it('a rule apart belongs to its group, with numbers that are texts', async () => {
  const Properties = {
    GroupId: idOf('Database'),
    IpProtocol: 'tcp',
    FromPort: '5432',
    ToPort: '5433',
    SourceSecurityGroupId: idOf('Function'),
  };
  const groups = await groupsOf({
    Database: group(),
    Function: group(),
    Rule: { Type: 'AWS::EC2::SecurityGroupIngress', Properties },
  });
  const peer = { group: groups.get('Function')?.id };
  expect(groups.get('Database')?.ingress).toEqual([{ protocol: 'tcp', fromPort: 5432, toPort: 5433, peer }]);
});

it("the VPC's default group lets its members reach each other, until the CDK's restriction takes its rules", async () => {
  const groups = await groupsOf({});
  const defaultGroup = groups.get('Vpc/default');
  expect(defaultGroup).toMatchObject({
    egress: [everything],
    ingress: [{ ...everything, peer: { group: defaultGroup?.id } }],
  });
  const Restriction = {
    Type: 'Custom::VpcRestrictDefaultSG',
    Properties: { ServiceToken: 'arn', DefaultSecurityGroupId: { 'Fn::GetAtt': ['Vpc', 'DefaultSecurityGroup'] } },
  };
  expect((await groupsOf({ Restriction })).get('Vpc/default')).toMatchObject({ egress: [], ingress: [] });
});

it('what names no group has the default one, and what names unknown ones is an error', async () => {
  const network = await deployed(VPC);
  const [subnet = ''] = network.subnets.keys();
  const [vpc] = network.vpcs.values();
  expect(network.placeOf([subnet])).toEqual({
    vpcId: vpc?.id,
    subnetIds: [subnet],
    securityGroupIds: [vpc?.defaultGroupId],
  });
  expect(() => network.placeOf(['subnet-1'])).toThrow('this run has no subnet subnet-1');
  expect(() => network.placeOf([subnet], ['sg-1'])).toThrow('this run has no security group sg-1');
});

it.each(['NetworkAcl', 'NetworkAclEntry', 'SubnetNetworkAclAssociation', 'VPCPeeringConnection'])(
  'AWS::EC2::%s, which would change who reaches whom, is refused by name',
  async (type) => {
    await expect(deployed({ ...VPC, Own: { Type: `AWS::EC2::${type}` } })).rejects.toThrow(
      `app/Own (AWS::EC2::${type}): its type is not supported`,
    );
  },
);

it('a subnet has the routes of its table', async () => {
  const network = await deployed({
    ...VPC,
    Table: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: { Ref: 'Vpc' } } },
    Association: {
      Type: 'AWS::EC2::SubnetRouteTableAssociation',
      Properties: { SubnetId: { Ref: 'Subnet' }, RouteTableId: { Ref: 'Table' } },
    },
    Nat: { Type: 'AWS::EC2::NatGateway', Properties: { SubnetId: { Ref: 'Subnet' } } },
    Route: {
      Type: 'AWS::EC2::Route',
      Properties: { RouteTableId: { Ref: 'Table' }, DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: { Ref: 'Nat' } },
    },
  });
  const [subnet = ''] = network.subnets.keys();
  expect(network.routesOf(subnet)).toMatchObject([{ block: '0.0.0.0/0', via: 'NatGatewayId' }]);
});

it('a VPC endpoint has its service, its policy and its way', async () => {
  const PolicyDocument = { Version: '2012-10-17', Statement: [] };
  const network = await deployed({
    ...VPC,
    Table: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: { Ref: 'Vpc' } } },
    Association: {
      Type: 'AWS::EC2::SubnetRouteTableAssociation',
      Properties: { SubnetId: { Ref: 'Subnet' }, RouteTableId: { Ref: 'Table' } },
    },
    Gateway: {
      Type: 'AWS::EC2::VPCEndpoint',
      Properties: {
        VpcId: { Ref: 'Vpc' },
        ServiceName: serviceName('s3'),
        RouteTableIds: [{ Ref: 'Table' }],
        PolicyDocument,
      },
    },
    Interface: {
      Type: 'AWS::EC2::VPCEndpoint',
      Properties: {
        VpcId: { Ref: 'Vpc' },
        VpcEndpointType: 'Interface',
        ServiceName: serviceName('secretsmanager'),
        SubnetIds: [{ Ref: 'Subnet' }],
        PrivateDnsEnabled: 'true',
      },
    },
  });
  const place = network.placeOf([...network.subnets.keys()]);
  const gateway = network.endpointFor(place, 's3');
  expect(gateway).toMatchObject({ name: 'Gateway', way: { kind: 'gateway' } });
  // Without statements, it lets nothing pass; without a policy, everything.
  expect(network.policies.statementsOfEndpoint(gateway?.id ?? '')).toEqual([]);
  const way = { kind: 'interface', privateDns: true, place };
  const byName = network.endpointFor(place, 'secretsmanager');
  expect(byName).toMatchObject({ name: 'Interface', way });
  expect(network.policies.statementsOfEndpoint(byName?.id ?? '')).toBeUndefined();
  expect(network.endpointFor(place, 'lambda')).toBeUndefined();
});
