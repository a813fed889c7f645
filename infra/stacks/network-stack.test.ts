import { describe, expect, it } from 'vitest';
import { properties } from '../testing/inspect.ts';
import { synthesize } from '../testing/templates.ts';

const { Network: dev } = synthesize({ stage: 'dev' });
const { Network: prod } = synthesize({ stage: 'prod' });

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

  it('has endpoints for S3 and Secrets Manager alone', () => {
    const endpoints = properties(dev, 'AWS::EC2::VPCEndpoint').map(
      ({ VpcEndpointType, ServiceName }) => `${VpcEndpointType} ${ServiceName['Fn::Join'][1].at(-1)}`,
    );
    expect(endpoints.sort()).toEqual(['Gateway .s3', 'Interface .secretsmanager']);
  });

  it('lets nobody call the Secrets Manager endpoint by itself', () => {
    const [group] = properties(dev, 'AWS::EC2::SecurityGroup');
    expect(group.SecurityGroupIngress).toBeUndefined();
    dev.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  });
});
