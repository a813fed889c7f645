import { DescribeVpcEndpointServicesCommand, type ServiceDetail } from '@aws-sdk/client-ec2';
import type { Resource } from '../../templates/resources.ts';
import { isError } from '../aws-errors.ts';
import { type Check, type Finding, lack } from '../check.ts';
import type { Target } from '../target.ts';
import { zonesOf } from '../zones-of.ts';

/** Whether the services of the VPC endpoints are there, interface endpoints in each zone of theirs. */
export const endpointServices: Check = {
  title: 'VPC endpoint services',
  async find(target) {
    const endpoints = target.resources.filter(({ type }) => type === 'AWS::EC2::VPCEndpoint');
    return (await Promise.all(endpoints.map((endpoint) => problemsOf(target, endpoint)))).flat();
  },
};

async function problemsOf(target: Target, endpoint: Resource): Promise<Finding[]> {
  const service = String(endpoint.property('ServiceName'));
  const detail = await detailOf(target, service);
  if (detail === undefined) {
    return [lack(`There is no endpoint service ${service}.`, 'Deploy to another Region: --region.')];
  }
  if (endpoint.property('VpcEndpointType') === 'Gateway') return [];
  return zonesOf(target.resources, endpoint.property('SubnetIds'))
    .filter((zone) => !detail.AvailabilityZones?.includes(zone))
    .map((zone) =>
      lack(
        `The endpoint service ${service} is not in the zone ${zone}.`,
        `Name zones that have it with -c availabilityZones=: ${detail.AvailabilityZones?.join(', ')}.`,
      ),
    );
}

async function detailOf({ aws }: Target, service: string): Promise<ServiceDetail | undefined> {
  try {
    const request = new DescribeVpcEndpointServicesCommand({ ServiceNames: [service] });
    return (await aws.ec2.send(request)).ServiceDetails?.[0];
  } catch (error) {
    if (isError(error, 'InvalidServiceName')) return undefined;
    throw error;
  }
}
