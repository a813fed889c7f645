import { DescribeAvailabilityZonesCommand, DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Stack } from '../../local/assembly/template.ts';
import type { Place } from '../../local/aws-identity.ts';
import { UserError } from '../../tooling/errors.ts';
import { type Resource, resourcesOf } from '../templates/resources.ts';
import type { Clients } from './clients.ts';
import { Deployed } from './deployed.ts';
import { TypeRegistry } from './type-registry.ts';

/** What is to be deployed, and where. */
export interface Target {
  readonly aws: Clients;
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
  /** ARN of whoever asks. */
  readonly caller: string;
  readonly stacks: readonly Stack[];
  /** All of the templates, with the names that they will have in this account and Region. */
  readonly resources: readonly Resource[];
  /** What of them is there already. */
  readonly deployed: Deployed;
  readonly types: TypeRegistry;
}

/**
 * Signs in and reads the templates for the account and its Region.
 *
 * @throws UserError without valid credentials or a Region
 */
export async function openTarget(aws: Clients, stacks: readonly Stack[]): Promise<Target> {
  const region = await aws.sts.config.region().catch((cause: unknown) => {
    throw new UserError('No AWS Region is set. Pass --region, or set AWS_REGION or a profile that has one.', { cause });
  });
  const { Account: accountId = '', Arn: caller = '' } = await signIn(aws, region);
  const [, partition = 'aws'] = caller.split(':');
  const zones = await availabilityZones(aws).catch((error: unknown) => error);
  const place: Place = {
    accountId,
    region,
    partition,
    urlSuffix: partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com',
    // Whoever may not list the zones can still check all that does not depend on them.
    get availabilityZones() {
      if (Array.isArray(zones)) return zones;
      throw zones;
    },
  };
  return {
    aws,
    accountId,
    region,
    partition,
    caller,
    stacks,
    resources: resourcesOf(stacks, place),
    deployed: new Deployed(aws.cloudFormation, stacks),
    types: new TypeRegistry(aws.cloudFormation),
  };
}

async function signIn(aws: Clients, region: string) {
  try {
    return await aws.sts.send(new GetCallerIdentityCommand({}));
  } catch (error) {
    const { name, message } = error as Error;
    throw new UserError(
      `AWS does not accept the credentials in ${region} (${name}: ${message.replace(/\.$/, '')}). Sign in, for instance with \`aws sso login\` or ` +
        '`aws configure`, set AWS_PROFILE, and enable the Region if it has to be enabled.',
      { cause: error },
    );
  }
}

/**
 * The zones that Fn::GetAZs gives: those with a default subnet, or all where no zone has one.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getavailabilityzones.html
 */
async function availabilityZones({ ec2 }: Clients): Promise<string[]> {
  const filters = [
    { Name: 'zone-type', Values: ['availability-zone'] },
    { Name: 'state', Values: ['available'] },
  ];
  const { AvailabilityZones = [] } = await ec2.send(new DescribeAvailabilityZonesCommand({ Filters: filters }));
  const defaults = { Filters: [{ Name: 'default-for-az', Values: ['true'] }] };
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand(defaults));
  const zones = AvailabilityZones.map(({ ZoneName = '' }) => ZoneName).sort();
  const withDefault = zones.filter((zone) => Subnets.some(({ AvailabilityZone }) => AvailabilityZone === zone));
  return withDefault.length > 0 ? withDefault : zones;
}
