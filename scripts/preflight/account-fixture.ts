import { DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { GetAccountCommand } from '@aws-sdk/client-api-gateway';
import { GetResourceCommand, ListResourcesCommand } from '@aws-sdk/client-cloudcontrol';
import { DescribeStacksCommand, DescribeTypeCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeAvailabilityZonesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointServicesCommand,
  DescribeVpcEndpointsCommand,
} from '@aws-sdk/client-ec2';
import { ListClustersV2Command, ListConfigurationsCommand, ListKafkaVersionsCommand } from '@aws-sdk/client-kafka';
import { GetAccountSettingsCommand, ListLayersCommand } from '@aws-sdk/client-lambda';
import {
  DescribeDBEngineVersionsCommand,
  DescribeEngineDefaultParametersCommand,
  DescribeOrderableDBInstanceOptionsCommand,
} from '@aws-sdk/client-rds';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import type { Stack } from '../../local/assembly/template.ts';
import { synthesizeStacks } from '../templates/stacks.ts';
import { CHECKS } from './checks/index.ts';
import { clientsFor } from './clients.ts';
import { type Outcome, runChecks } from './run-checks.ts';
import { openTarget } from './target.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';
const ZONES = ['a', 'b', 'c'].map((letter) => ({ ZoneName: `${REGION}${letter}`, ZoneId: `euw1-az${letter}` }));

/** What CloudFormation's schemas say; of all other types, that they have an id of their own. */
const IDENTIFIERS: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::RDS::DBInstance': 'DBInstanceIdentifier',
};

/** As RDS describes those that the templates set. */
const PARAMETERS = {
  'rds.force_ssl': '0,1',
  log_min_duration_statement: '-1-2147483647',
  log_parameter_max_length: '-1-1073741823',
  log_parameter_max_length_on_error: '-1-1073741823',
  log_error_verbosity: 'terse,default,verbose',
  log_lock_waits: '0,1',
  idle_in_transaction_session_timeout: '0-2147483647',
  tcp_keepalives_idle: '0-2147483647',
  tcp_keepalives_interval: '0-2147483647',
  tcp_keepalives_count: '0-2147483647',
};

/** An error as the SDK throws it. */
export function awsError(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}

/** An account in which everything fits, behind the SDK's clients; tests change single answers of it. */
export function fittingAccount() {
  const aws = clientsFor(REGION);
  const account = {
    aws,
    apiGateway: mockClient(aws.apiGateway),
    cloudControl: mockClient(aws.cloudControl),
    cloudFormation: mockClient(aws.cloudFormation),
    ec2: mockClient(aws.ec2),
    kafka: mockClient(aws.kafka),
    lambda: mockClient(aws.lambda),
    rds: mockClient(aws.rds),
    s3: mockClient(aws.s3),
    secrets: mockClient(aws.secrets),
    quotas: mockClient(aws.quotas),
    globalQuotas: mockClient(aws.globalQuotas),
    siteCertificates: mockClient(aws.siteCertificates),
    sts: mockClient(aws.sts),
  };
  account.sts.on(GetCallerIdentityCommand).resolves({ Account: ACCOUNT, Arn: `arn:aws:iam::${ACCOUNT}:user/ann` });
  account.apiGateway.on(GetAccountCommand).resolves({});
  answerResources(account);
  answerNetwork(account);
  answerKafka(account);
  answerDatabases(account);
  account.lambda
    .on(GetAccountSettingsCommand)
    .resolves({ AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 } })
    .on(ListLayersCommand)
    .resolves({ Layers: [] });
  account.s3.on(HeadBucketCommand).resolves({});
  account.secrets.on(ListSecretsCommand).resolves({ SecretList: [] });
  for (const quotas of [account.quotas, account.globalQuotas]) {
    quotas.on(GetServiceQuotaCommand).resolves({ Quota: { Value: 40 } });
  }
  account.siteCertificates
    .on(DescribeCertificateCommand)
    .resolves({ Certificate: { Status: 'ISSUED', DomainName: 'orders.example.com' } });
  return account;
}

export type FakeAccount = ReturnType<typeof fittingAccount>;

function answerResources({ cloudControl, cloudFormation }: Pick<FakeAccount, 'cloudControl' | 'cloudFormation'>) {
  const exists = (TypeName: string, Identifier: string, properties = {}) =>
    cloudControl
      .on(GetResourceCommand, { TypeName, Identifier })
      .resolves({ TypeName, ResourceDescription: { Identifier, Properties: JSON.stringify(properties) } });
  cloudControl.on(GetResourceCommand).rejects(awsError('ResourceNotFoundException'));
  cloudControl.on(ListResourcesCommand).resolves({ ResourceDescriptions: [] });
  exists('AWS::SSM::Parameter', '/cdk-bootstrap/hnb659fds/version', { Value: '30' });
  for (const role of ['AWSServiceRoleForRDS', 'AWSServiceRoleForKafka']) exists('AWS::IAM::Role', role);
  cloudFormation
    .on(DescribeStacksCommand)
    .rejects(awsError('ValidationError', 'Stack with id orderflow-dev-network does not exist'))
    .on(ListStackResourcesCommand)
    .resolves({ StackResourceSummaries: [] })
    .on(DescribeTypeCommand)
    .callsFake(({ TypeName }) => ({
      Schema: JSON.stringify({ primaryIdentifier: [`/properties/${IDENTIFIERS[TypeName] ?? 'Id'}`] }),
    }));
}

function answerNetwork({ ec2 }: Pick<FakeAccount, 'ec2'>) {
  ec2
    .on(DescribeAvailabilityZonesCommand)
    .resolves({ AvailabilityZones: ZONES })
    .on(DescribeSubnetsCommand)
    .resolves({ Subnets: [] })
    .on(DescribeInstanceTypeOfferingsCommand)
    .resolves({ InstanceTypeOfferings: ZONES.map(({ ZoneName }) => ({ Location: ZoneName })) })
    .on(DescribeVpcEndpointsCommand)
    .resolves({ VpcEndpoints: [] })
    .on(DescribeVpcEndpointServicesCommand)
    .callsFake(({ ServiceNames: [ServiceName] }) => ({
      ServiceDetails: [{ ServiceName, AvailabilityZones: ZONES.map(({ ZoneName }) => ZoneName) }],
    }));
}

function answerKafka({ kafka }: Pick<FakeAccount, 'kafka'>) {
  kafka
    .on(ListKafkaVersionsCommand)
    .resolves({ KafkaVersions: ['3.9.x.kraft', '4.1.x.kraft'].map((Version) => ({ Version, Status: 'ACTIVE' })) })
    .on(ListClustersV2Command)
    .resolves({ ClusterInfoList: [] })
    .on(ListConfigurationsCommand)
    .resolves({ Configurations: [] });
}

/** One page of orderable options, with the whole Region's zones. */
export const ORDERABLE = {
  StorageType: 'gp3',
  MinStorageSize: 20,
  MaxStorageSize: 65_536,
  MultiAZCapable: true,
  SupportsStorageEncryption: true,
  SupportsStorageAutoscaling: true,
  SupportsPerformanceInsights: true,
  AvailabilityZones: ZONES.map(({ ZoneName }) => ({ Name: ZoneName })),
};

function answerDatabases({ rds }: Pick<FakeAccount, 'rds'>) {
  const version = {
    EngineVersion: '18.6',
    SupportedCACertificateIdentifiers: ['rds-ca-rsa2048-g1', 'rds-ca-ecc384-g1'],
    ExportableLogTypes: ['postgresql', 'upgrade'],
  };
  const parameters = Object.entries(PARAMETERS).map(([ParameterName, AllowedValues]) => ({
    ParameterName,
    AllowedValues,
    IsModifiable: true,
  }));
  rds
    .on(DescribeDBEngineVersionsCommand)
    .resolves({ DBEngineVersions: [version] })
    .on(DescribeOrderableDBInstanceOptionsCommand)
    .resolves({ OrderableDBInstanceOptions: [ORDERABLE] })
    .on(DescribeEngineDefaultParametersCommand)
    .resolves({ EngineDefaults: { Parameters: parameters } });
}

const synthesized = new Map<string, readonly Stack[]>();

/** A synthesis takes most of a second, and many tests are about the same templates. */
function stacksOf(context: Readonly<Record<string, unknown>>): readonly Stack[] {
  const key = JSON.stringify(context);
  const stacks = synthesized.get(key) ?? synthesizeStacks(context);
  synthesized.set(key, stacks);
  return stacks;
}

/** Runs all checks as the command does. @returns the outcome and what is printed */
export async function preflight(
  account: FakeAccount,
  context: Readonly<Record<string, unknown>>,
): Promise<Outcome & { lines: readonly string[] }> {
  const lines: string[] = [];
  const target = await openTarget(account.aws, stacksOf(context));
  return { ...(await runChecks(CHECKS, target, (line) => lines.push(line))), lines };
}
