import { describe, expect, it } from 'vitest';
import type { ResourceDeclaration, Stack, Template } from '../../local/assembly/template.ts';
import { accessOf } from './access.ts';
import { reportText } from './report.ts';

function stack(name: string, Resources: Template['Resources'], Outputs: Template['Outputs'] = {}): Stack {
  return { name: `shop-dev-${name}`, template: { Resources, Outputs }, parameters: {}, assets: new Map() };
}

type Properties = NonNullable<ResourceDeclaration['Properties']>;

const ASSUME = {
  Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
};
const role = (properties: Properties = {}) => ({
  Type: 'AWS::IAM::Role',
  Properties: { AssumeRolePolicyDocument: ASSUME, ...properties },
});
const fn = (properties: Properties = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { FunctionName: 'shop-dev-sell', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, ...properties },
});
const group = (properties: Properties = {}) => ({ Type: 'AWS::EC2::SecurityGroup', Properties: properties });

describe('what the templates do not say', () => {
  it('is shown where the role of a function lies elsewhere', () => {
    const Role = 'arn:aws:iam::123456789012:role/elsewhere';
    expect(reportText(accessOf([stack('till', { Sell: fn({ Role }) })]))).toContain(
      'may also all that the role arn:aws:iam::123456789012:role/elsewhere may do',
    );
  });

  it('is shown where a managed policy or a boundary lies elsewhere', () => {
    const [sell] = accessOf([
      stack('till', {
        Sell: fn(),
        Role: role({
          ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
          PermissionsBoundary: 'arn:aws:iam::123456789012:policy/ceiling',
        }),
      }),
    ]);
    expect(sell?.unknown).toEqual([
      'all that the managed policy arn:aws:iam::aws:policy/ReadOnlyAccess allows',
      'less where the permissions boundary arn:aws:iam::123456789012:policy/ceiling ends',
    ]);
  });
});

describe('policies of resources', () => {
  it('count when they are text, and when they name a role by its name', () => {
    const document = JSON.stringify({
      Statement: {
        Effect: 'Allow',
        Action: 'logs:PutLogEvents',
        Principal: { AWS: 'arn:aws:iam::000000000000:role/seller' },
        Resource: '*',
      },
    });
    const [sell] = accessOf([
      stack('till', {
        Sell: fn(),
        Role: role({ RoleName: 'seller' }),
        LogPolicy: { Type: 'AWS::Logs::ResourcePolicy', Properties: { PolicyDocument: document } },
      }),
    ]);
    expect(sell?.rights).toEqual([
      { effect: 'allow', action: 'logs:PutLogEvents', resource: 'LogPolicy', source: 'LogPolicy' },
    ]);
  });

  it('that deny something to the account deny it to everybody', () => {
    const Statement = {
      Effect: 'Deny',
      Action: 'kms:ScheduleKeyDeletion',
      Principal: { AWS: 'arn:aws:iam::000000000000:root' },
    };
    const Key = { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Statement } } };
    expect(accessOf([stack('till', { Key })])).toEqual([
      expect.objectContaining({
        name: 'everybody',
        rights: [{ effect: 'deny', action: 'kms:ScheduleKeyDeletion', resource: 'Key', source: 'Key' }],
      }),
    ]);
  });
});

describe('the network', () => {
  const Subnet = { Type: 'AWS::EC2::Subnet', Properties: {} };
  const VpcConfig = { SecurityGroupIds: [{ Ref: 'Sellers' }], SubnetIds: [{ Ref: 'Subnet' }] };
  const reachOf = (resources: Template['Resources'], ...others: Stack[]) =>
    accessOf([...others, stack('till', { Sell: fn({ VpcConfig }), Role: role(), Subnet, ...resources })])[0]?.reach;

  it('is open for a group without egress rules, and shows where the routes lead', () => {
    const reach = reachOf({
      Sellers: group(),
      Association: {
        Type: 'AWS::EC2::SubnetRouteTableAssociation',
        Properties: { SubnetId: { Ref: 'Subnet' }, RouteTableId: { Ref: 'Table' } },
      },
      Table: { Type: 'AWS::EC2::RouteTable', Properties: {} },
      Default: {
        Type: 'AWS::EC2::Route',
        Properties: { RouteTableId: { Ref: 'Table' }, DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1' },
      },
    });
    expect(reach).toEqual([
      {
        name: '0.0.0.0/0',
        ports: 'any port',
        types: [],
        allowedBy: 'function',
        routes: ['0.0.0.0/0 by its NatGatewayId'],
      },
    ]);
  });

  it('is not open for a group with an egress rule apart, which takes away what lets everything out', () => {
    const Apart = {
      Type: 'AWS::EC2::SecurityGroupEgress',
      Properties: { GroupId: { Ref: 'Sellers' }, IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '10.0.0.0/16' },
    };
    const everything = { SecurityGroupEgress: [{ IpProtocol: '-1', CidrIp: '0.0.0.0/0' }] };
    for (const Sellers of [group(), group(everything)]) {
      expect(reachOf({ Sellers, Apart })).toMatchObject([{ name: '10.0.0.0/16', ports: '443' }]);
    }
  });

  it('names a peer by its group, by what has it, and by whether both sides agree', () => {
    const till = { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432 };
    const safe = { 'Fn::ImportValue': 'safe' };
    const vault = stack(
      'vault',
      {
        SafeSecurityGroup: group({ SecurityGroupEgress: [] }),
        Database: { Type: 'AWS::RDS::DBInstance', Properties: { VPCSecurityGroups: [{ Ref: 'SafeSecurityGroup' }] } },
      },
      { Safe: { Value: { Ref: 'SafeSecurityGroup' }, Export: { Name: 'safe' } } },
    );
    const outgoing = { Sellers: group({ SecurityGroupEgress: [{ ...till, DestinationSecurityGroupId: safe }] }) };
    const incoming = (SourceSecurityGroupId: { Ref: string }, port: number) => ({
      Type: 'AWS::EC2::SecurityGroupIngress',
      Properties: { IpProtocol: 'tcp', FromPort: port, ToPort: port, GroupId: safe, SourceSecurityGroupId },
    });
    const peer = { name: 'Safe', types: ['AWS::RDS::DBInstance'] };
    expect(reachOf(outgoing, vault)).toEqual([{ ...peer, ports: '5432', allowedBy: 'function' }]);
    expect(reachOf({ ...outgoing, In: incoming({ Ref: 'Sellers' }, 5432) }, vault)).toEqual([
      { ...peer, ports: '5432', allowedBy: 'both' },
    ]);
    expect(reachOf({ ...outgoing, In: incoming({ Ref: 'Sellers' }, 22) }, vault)).toEqual([
      { ...peer, ports: '22', allowedBy: 'peer' },
      { ...peer, ports: '5432', allowedBy: 'function' },
    ]);
  });
});

describe('names', () => {
  it('of two resources that are alike begin with their stack', () => {
    const bucket = { Type: 'AWS::S3::Bucket', Properties: {} };
    const allow = (id: string) => ({
      PolicyName: id,
      PolicyDocument: {
        Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: { 'Fn::GetAtt': [id, 'Arn'] } },
      },
    });
    const [sell] = accessOf([
      stack('till', {
        Sell: fn(),
        Role: role({ Policies: [allow('Files01234567'), allow('Receipts89ABCDEF')] }),
        Files01234567: bucket,
        Receipts89ABCDEF: bucket,
      }),
      stack('vault', { Files76543210: bucket }),
    ]);
    expect(sell?.rights.map(({ resource }) => resource)).toEqual(['till.Files', 'Receipts']);
  });
});
