import { DescribeAvailabilityZonesCommand, paginateDescribeInstanceTypeOfferings } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import type { Resource } from '../../templates/resources.ts';
import { type Check, type Finding, lack } from '../check.ts';
import type { Target } from '../target.ts';
import { zonesOf } from '../zones-of.ts';

/**
 * By id, which is the same in all accounts.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-msk-cluster-brokernodegroupinfo.html
 */
const WITHOUT_MSK = ['use1-az3'];

/** Whether the network's zones exist, and take Kafka's brokers. */
export const zones: Check = {
  title: 'Availability zones',
  async find(target) {
    const { AvailabilityZones: known = [] } = await target.aws.ec2.send(new DescribeAvailabilityZonesCommand({}));
    const subnets = target.resources.filter(({ type }) => type === 'AWS::EC2::Subnet');
    const wanted = subnets.map(zoneOf);
    if (wanted.includes(undefined)) return [tooFew(target, subnets.length)];
    const names = known.map(({ ZoneName = '' }) => ZoneName);
    const foreign = wanted.filter((zone) => zone !== undefined && !names.includes(zone));
    if (foreign.length > 0) {
      return foreign.map((zone) =>
        lack(
          `${target.region} has no zone ${zone} for this account.`,
          `Name others with -c availabilityZones=: ${names.join(', ')}.`,
        ),
      );
    }
    const idOf = (name: string) => known.find(({ ZoneName }) => ZoneName === name)?.ZoneId ?? '';
    const clusters = target.resources.filter(({ type }) => type === 'AWS::MSK::Cluster');
    return (await Promise.all(clusters.map((cluster) => brokerProblems(target, cluster, idOf)))).flat();
  },
};

/** @returns undefined where Fn::GetAZs has too few zones for the subnet */
function zoneOf({ property }: Resource): string | undefined {
  try {
    return String(property('AvailabilityZone'));
  } catch (error) {
    if (/^Fn::Select: the index is outside/.test((error as Error).message)) return undefined;
    throw error;
  }
}

function tooFew({ region }: Target, needed: number): Finding {
  return lack(
    `The network needs ${needed} zones, and CloudFormation gives fewer in ${region}. It counts zones with a default subnet only, if there are any.`,
    `Name ${needed} zones with -c availabilityZones=, or deploy to another Region.`,
  );
}

const brokerNodes = z.object({ ClientSubnets: z.array(z.string()), InstanceType: z.string() });

/** MSK has no call that says what it offers. A broker is an EC2 instance of the type in its size's name. */
async function brokerProblems(target: Target, cluster: Resource, idOf: (zone: string) => string): Promise<Finding[]> {
  const { ClientSubnets, InstanceType } = brokerNodes.parse(cluster.property('BrokerNodeGroupInfo'));
  const instanceType = InstanceType.replace(/^kafka\./, '');
  const offering: string[] = [];
  const request = {
    LocationType: 'availability-zone' as const,
    Filters: [{ Name: 'instance-type', Values: [instanceType] }],
  };
  for await (const page of paginateDescribeInstanceTypeOfferings({ client: target.aws.ec2 }, request)) {
    offering.push(...(page.InstanceTypeOfferings ?? []).map(({ Location = '' }) => Location));
  }
  const fit = offering.filter((zone) => !WITHOUT_MSK.includes(idOf(zone))).sort();
  const remedy = `Name zones that have both with -c availabilityZones=: ${fit.join(', ') || 'none in this Region'}; or choose another size with -c kafkaInstanceType=.`;
  return zonesOf(target.resources, ClientSubnets).flatMap((zone) => {
    if (WITHOUT_MSK.includes(idOf(zone))) return [lack(`MSK is not in the zone ${zone} (${idOf(zone)}).`, remedy)];
    if (fit.includes(zone)) return [];
    return [lack(`The zone ${zone} has no ${instanceType}, which brokers of size ${InstanceType} are.`, remedy)];
  });
}
