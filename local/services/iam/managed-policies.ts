import { PARTITION } from '../../aws-identity.ts';
import type { PolicyDocument } from './policies/policy-document.ts';

const LOGS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];
const INTERFACES = ['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'ec2:DescribeNetworkInterfaces'];

/** The actions of AWS's own policies for functions, all of which are about every resource. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  'service-role/AWSLambdaBasicExecutionRole': LOGS,
  'service-role/AWSLambdaVPCAccessExecutionRole': [
    ...LOGS,
    ...INTERFACES,
    ...['ec2:DescribeSubnets', 'ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses'],
  ],
  'service-role/AWSLambdaMSKExecutionRole': [
    ...LOGS,
    ...INTERFACES,
    ...['ec2:DescribeSubnets', 'ec2:DescribeVpcs', 'ec2:DescribeSecurityGroups'],
    ...['kafka:DescribeCluster', 'kafka:DescribeClusterV2', 'kafka:GetBootstrapBrokers'],
  ],
  AWSXRayDaemonWriteAccess: [
    ...['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    ...['xray:GetSamplingRules', 'xray:GetSamplingTargets', 'xray:GetSamplingStatisticSummaries'],
  ],
};

/**
 * A policy that AWS manages.
 *
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 * @param arn such as `arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`
 * @returns undefined for one that the local runner does not know
 */
export function awsManagedPolicy(arn: string): PolicyDocument | undefined {
  const name = arn.replace(`arn:${PARTITION}:iam::aws:policy/`, '');
  const actions = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (!actions) return undefined;
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: [...actions], Resource: '*' }] };
}
