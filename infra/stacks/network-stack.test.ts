import { describe, expect, it } from 'vitest';
import { STAGE_CONTEXTS } from '../example-contexts.ts';
import { properties, resources } from '../testing/inspect.ts';
import { templatesOf } from '../testing/templates.ts';

const { Network: dev } = templatesOf(STAGE_CONTEXTS.dev);
const { Network: prod } = templatesOf(STAGE_CONTEXTS.prod);

describe('network', () => {
  it('has no way to the internet', () => {
    for (const type of ['NatGateway', 'InternetGateway', 'EgressOnlyInternetGateway', 'Route']) {
      dev.resourceCountIs(`AWS::EC2::${type}`, 0);
    }
    for (const subnet of properties(dev, 'AWS::EC2::Subnet')) expect(subnet.MapPublicIpOnLaunch).toBe(false);
  });

  it.each([
    ['dev', dev, 2],
    ['prod', prod, 3],
  ])('has a subnet in each of the zones of %s', (_stage, template, zones) => {
    expect(properties(template, 'AWS::EC2::Subnet').map((subnet) => subnet.AvailabilityZone)).toEqual(
      Array.from({ length: zones }, (_, index) => ({ 'Fn::Select': [index, { 'Fn::GetAZs': '' }] })),
    );
  });

  it('stands in the zones that are named', () => {
    const { Network } = templatesOf({ availabilityZones: 'us-east-1b,us-east-1d' });
    const zones = properties(Network, 'AWS::EC2::Subnet').map((subnet) => subnet.AvailabilityZone);
    expect(zones).toEqual(['us-east-1b', 'us-east-1d']);
  });

  it('empties the default security group, which would connect whatever is put into it', () => {
    dev.hasResourceProperties('Custom::VpcRestrictDefaultSG', {
      DefaultSecurityGroupId: {
        'Fn::GetAtt': [Object.keys(resources(dev, 'AWS::EC2::VPC'))[0], 'DefaultSecurityGroup'],
      },
    });
  });

  it.each([
    ['what was refused', 'dev', dev, 'REJECT', 7, 'Delete'],
    ['all traffic', 'prod', prod, 'ALL', 90, 'RetainExceptOnCreate'],
  ])('records %s in %s', (_what, _stage, template, traffic, days, afterwards) => {
    template.hasResourceProperties('AWS::EC2::FlowLog', { ResourceType: 'VPC', TrafficType: traffic });
    template.hasResource('AWS::Logs::LogGroup', {
      Properties: { RetentionInDays: days },
      DeletionPolicy: afterwards,
    });
  });
});

describe('endpoints', () => {
  it('are those for S3 and Secrets Manager alone', () => {
    const endpoints = properties(dev, 'AWS::EC2::VPCEndpoint').map(
      ({ VpcEndpointType, ServiceName }) => `${VpcEndpointType} ${ServiceName['Fn::Join'][1].at(-1)}`,
    );
    expect(endpoints.sort()).toEqual(['Gateway .s3', 'Interface .secretsmanager']);
  });

  it("let only this account's principals through, and only to what this account owns", () => {
    const account = { Ref: 'AWS::AccountId' };
    const actions = properties(prod, 'AWS::EC2::VPCEndpoint').flatMap(({ PolicyDocument }) => {
      expect(PolicyDocument.Statement).toEqual([
        expect.objectContaining({
          Effect: 'Allow',
          Condition: { StringEquals: { 'aws:PrincipalAccount': account, 'aws:ResourceAccount': account } },
        }),
      ]);
      return PolicyDocument.Statement[0].Action;
    });
    expect(actions.sort()).toEqual(['s3:*', 'secretsmanager:*']);
  });

  it.each([
    ['one zone', 'dev', dev, 1],
    ['every zone', 'prod', prod, 3],
  ])('that cost by the hour stand in %s of %s', (_zones, _stage, template, zones) => {
    const [endpoint] = properties(template, 'AWS::EC2::VPCEndpoint').filter(
      ({ VpcEndpointType }) => VpcEndpointType === 'Interface',
    );
    expect(endpoint.SubnetIds).toHaveLength(zones);
    expect(endpoint.PrivateDnsEnabled).toBe(true);
  });

  it('take calls from nobody by themselves', () => {
    const [group] = properties(dev, 'AWS::EC2::SecurityGroup');
    expect(group.SecurityGroupIngress).toBeUndefined();
    dev.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  });
});
