import { paginateListResources } from '@aws-sdk/client-cloudcontrol';
import { paginateDescribeVpcEndpoints } from '@aws-sdk/client-ec2';
import { paginateListClustersV2 } from '@aws-sdk/client-kafka';
import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import type { Resource } from '../../templates/resources.ts';
import { isError } from '../aws-errors.ts';
import { type Check, type Finding, lack } from '../check.ts';
import type { Target } from '../target.ts';

interface Quota {
  readonly service: string;
  readonly code: string;
  readonly what: string;
  /** Whether it is kept in us-east-1, for all Regions. */
  readonly global?: boolean;
  readonly type: string;
  /** How much of it a resource takes; 1 when not given. */
  weight?(resource: Resource): number;
  /** How much is taken in the account; the number of resources of the type when not given. */
  used?(target: Target): Promise<number>;
}

/** Codes: https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html, by service. */
const QUOTAS: readonly Quota[] = [
  { service: 'vpc', code: 'L-F678F1CE', what: 'VPCs', type: 'AWS::EC2::VPC' },
  { service: 'vpc', code: 'L-E79EC296', what: 'security groups', type: 'AWS::EC2::SecurityGroup' },
  {
    service: 'vpc',
    code: 'L-1B52E74A',
    what: 'gateway endpoints',
    type: 'AWS::EC2::VPCEndpoint',
    weight: ({ property }) => (property('VpcEndpointType') === 'Gateway' ? 1 : 0),
    used: gatewayEndpoints,
  },
  { service: 'rds', code: 'L-7B6409FD', what: 'database instances', type: 'AWS::RDS::DBInstance' },
  { service: 'rds', code: 'L-DE55804A', what: 'database parameter groups', type: 'AWS::RDS::DBParameterGroup' },
  { service: 'rds', code: 'L-48C6BF61', what: 'database subnet groups', type: 'AWS::RDS::DBSubnetGroup' },
  {
    service: 'kafka',
    code: 'L-EDD31C36',
    what: 'Kafka brokers',
    type: 'AWS::MSK::Cluster',
    weight: ({ property }) => Number(property('NumberOfBrokerNodes')),
    used: brokers,
  },
  { service: 'kafka', code: 'L-B2FDE22A', what: 'MSK configurations', type: 'AWS::MSK::Configuration' },
  { service: 's3', code: 'L-DC2B2D3D', what: 'buckets', type: 'AWS::S3::Bucket', global: true },
  { service: 'iam', code: 'L-FE177D64', what: 'roles', type: 'AWS::IAM::Role', global: true },
  {
    service: 'cloudfront',
    code: 'L-24B04930',
    what: 'distributions',
    type: 'AWS::CloudFront::Distribution',
    global: true,
  },
  {
    service: 'cloudfront',
    code: 'L-CF0D4FC5',
    what: 'response headers policies',
    type: 'AWS::CloudFront::ResponseHeadersPolicy',
    global: true,
  },
];

/** Whether the account's quotas have room for what the deployment adds. Lambda's concurrency has a check of its own. */
export const quotas: readonly Check[] = QUOTAS.map((quota) => ({
  title: `Quota of ${quota.what}`,
  find: (target) => problemsOf(target, quota),
}));

async function problemsOf(target: Target, quota: Quota): Promise<Finding[] | undefined> {
  const missing = await target.deployed.missing(target.resources.filter(({ type }) => type === quota.type));
  const added = missing.reduce((sum, resource) => sum + (quota.weight?.(resource) ?? 1), 0);
  if (added === 0) return undefined;
  const [limit, used] = await Promise.all([limitOf(target, quota), quota.used?.(target) ?? count(target, quota.type)]);
  if (used + added <= limit) return [];
  const needed = used + added;
  const region = quota.global === true ? 'us-east-1' : target.region;
  return [
    lack(
      `The deployment adds ${added} ${quota.what} to ${used}, and the quota is ${limit}.`,
      `Delete what nobody needs, or request ${needed}: \`aws service-quotas request-service-quota-increase --service-code ${quota.service} --quota-code ${quota.code} --desired-value ${needed} --region ${region}\`.`,
    ),
  ];
}

async function limitOf({ aws }: Target, { service, code, global }: Quota): Promise<number> {
  const client = global === true ? aws.globalQuotas : aws.quotas;
  const asked = { ServiceCode: service, QuotaCode: code };
  const { Quota } = await client.send(new GetServiceQuotaCommand(asked)).catch((error: unknown) => {
    // An account that never asked for more may have no value of its own.
    if (isError(error, 'NoSuchResourceException')) return client.send(new GetAWSDefaultServiceQuotaCommand(asked));
    throw error;
  });
  if (Quota?.Value === undefined) throw new Error(`Service Quotas has no value for ${service} ${code}.`);
  return Quota.Value;
}

async function count({ aws }: Target, type: string): Promise<number> {
  let sum = 0;
  for await (const page of paginateListResources({ client: aws.cloudControl }, { TypeName: type })) {
    sum += page.ResourceDescriptions?.length ?? 0;
  }
  return sum;
}

async function gatewayEndpoints({ aws }: Target): Promise<number> {
  let sum = 0;
  const request = { Filters: [{ Name: 'vpc-endpoint-type', Values: ['Gateway'] }] };
  for await (const page of paginateDescribeVpcEndpoints({ client: aws.ec2 }, request)) {
    sum += page.VpcEndpoints?.length ?? 0;
  }
  return sum;
}

async function brokers({ aws }: Target): Promise<number> {
  let sum = 0;
  for await (const page of paginateListClustersV2({ client: aws.kafka }, {})) {
    for (const { Provisioned } of page.ClusterInfoList ?? []) sum += Provisioned?.NumberOfBrokerNodes ?? 0;
  }
  return sum;
}
