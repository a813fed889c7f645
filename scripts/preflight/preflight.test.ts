import { DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { GetAccountCommand } from '@aws-sdk/client-api-gateway';
import { GetResourceCommand, ListResourcesCommand } from '@aws-sdk/client-cloudcontrol';
import { DescribeStacksCommand, DescribeTypeCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeAvailabilityZonesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointServicesCommand,
} from '@aws-sdk/client-ec2';
import { ListClustersV2Command, ListKafkaVersionsCommand } from '@aws-sdk/client-kafka';
import { GetAccountSettingsCommand, ListLayersCommand } from '@aws-sdk/client-lambda';
import {
  DescribeDBEngineVersionsCommand,
  DescribeEngineDefaultParametersCommand,
  DescribeOrderableDBInstanceOptionsCommand,
} from '@aws-sdk/client-rds';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { issuerFetcher } from '../../functions/adapters/oidc/issuer-documents.ts';
import { PROD_WITH_EVERYTHING, STAGE_CONTEXTS } from '../../infra/example-contexts.ts';
import {
  ACCOUNT,
  awsError,
  type FakeAccount,
  fittingAccount,
  ORDERABLE,
  preflight,
  REGION,
} from './account-fixture.ts';
import { CHECKS } from './checks/index.ts';
import { summaryOf } from './run-checks.ts';

const { dev } = STAGE_CONTEXTS;
const PROD = { ...PROD_WITH_EVERYTHING, webAclArn: PROD_WITH_EVERYTHING.webAclArn.replace('us-east-1', REGION) };

let account: FakeAccount;

/** Lets the issuer describe itself. */
function issuerSays(more: object): void {
  const metadata = { issuer: PROD.issuer, jwks_uri: `${PROD.issuer}keys`, ...more };
  vi.spyOn(issuerFetcher, 'fetch').mockImplementation(
    async () => new TextEncoder().encode(JSON.stringify(metadata)).buffer as ArrayBuffer,
  );
}

beforeEach(() => {
  account = fittingAccount();
  issuerSays({ token_endpoint: `${PROD.issuerOrigins}/oauth2/token` });
});
afterEach(() => vi.restoreAllMocks());

describe('an account in which everything fits', () => {
  it.each([
    ['dev', dev, ['Names of buckets', 'Issuer of tokens', 'Certificate of the site', 'Web ACL of the API']],
    ['prod with every setting', PROD, []],
  ])('takes %s, with a line for each check', async (_name, context, unasked: readonly string[]) => {
    account.cloudControl
      .on(GetResourceCommand, { TypeName: 'AWS::WAFv2::WebACL' })
      .resolves({ ResourceDescription: { Properties: '{}' } });
    // Nobody else has the bucket that prod names; the one of the bootstrap is there.
    account.s3.on(HeadBucketCommand, { Bucket: PROD.receiptsBucket }).rejects(awsError('NotFound'));
    const { lines, ...outcome } = await preflight(account, context);
    expect(lines).toEqual(CHECKS.map(({ title }) => `${unasked.includes(title) ? '-' : 'ok'}`.padEnd(6) + title));
    const checks = CHECKS.length - unasked.length;
    expect(outcome).toEqual({ checks, lacks: 0, warnings: 0, unanswered: 0 });
    expect(summaryOf(outcome)).toBe(`${checks} checks: nothing was found lacking.`);
  });

  it('is only read', async () => {
    await preflight(account, dev);
    const { aws: _, ...clients } = account;
    const calls = Object.values(clients).flatMap((client) =>
      client.calls().map(({ args }) => args[0].constructor.name),
    );
    expect(calls.length).toBeGreaterThan(100);
    expect(calls.filter((name) => !/^(Describe|List|Get|Head)/.test(name))).toEqual([]);
  });
});

type Lack = [what: string, arrange: (account: FakeAccount) => void, problem: RegExp, remedy: RegExp, context?: object];

const stackIn = (StackStatus: string, more = {}) => ({
  Stacks: [{ StackName: 'orderflow-dev-shards', StackStatus, ...more } as never],
});

const LACKS: Lack[] = [
  [
    'a Region that is not bootstrapped',
    ({ cloudControl }) =>
      cloudControl
        .on(GetResourceCommand, { TypeName: 'AWS::SSM::Parameter' })
        .rejects(awsError('ResourceNotFoundException')),
    /CDK bootstrap: eu-west-1 is not bootstrapped/,
    /Run `npx cdk bootstrap aws:\/\/123456789012\/eu-west-1`/,
  ],
  [
    'a bootstrap stack that is too old',
    ({ cloudControl }) =>
      cloudControl
        .on(GetResourceCommand, { TypeName: 'AWS::SSM::Parameter' })
        .resolves({ ResourceDescription: { Properties: '{"Value":"5"}' } }),
    /CDK bootstrap: The bootstrap stack has version 5, and the templates need 6\./,
    /npx cdk bootstrap/,
  ],
  [
    'a bootstrap bucket that somebody deleted',
    ({ s3 }) => s3.on(HeadBucketCommand).rejects(awsError('NotFound')),
    /CDK bootstrap: The bootstrap bucket cdk-hnb659fds-assets-123456789012-eu-west-1 is gone\./,
    /Delete the stack CDKToolkit/,
  ],
  [
    'a protected stack that has rolled back',
    ({ cloudFormation }) =>
      cloudFormation
        .on(DescribeStacksCommand, { StackName: 'orderflow-dev-shards' })
        .resolves(stackIn('ROLLBACK_COMPLETE', { EnableTerminationProtection: true })),
    /Stacks: orderflow-dev-shards is in state ROLLBACK_COMPLETE and protected\./,
    /update-termination-protection --no-enable-termination-protection --stack-name orderflow-dev-shards.* delete-stack/,
  ],
  [
    'a stack that is being deleted',
    ({ cloudFormation }) =>
      cloudFormation
        .on(DescribeStacksCommand, { StackName: 'orderflow-dev-shards' })
        .resolves(stackIn('DELETE_IN_PROGRESS')),
    /Stacks: orderflow-dev-shards is in state DELETE_IN_PROGRESS/,
    /Wait until it is done/,
  ],
  [
    'a stack that cannot be deleted',
    ({ cloudFormation }) =>
      cloudFormation
        .on(DescribeStacksCommand, { StackName: 'orderflow-dev-shards' })
        .resolves(stackIn('DELETE_FAILED')),
    /Stacks: orderflow-dev-shards is in state DELETE_FAILED\./,
    /describe-stack-events/,
  ],
  [
    'a resource type that the Region does not have',
    ({ cloudFormation }) =>
      cloudFormation
        .on(DescribeTypeCommand, { TypeName: 'AWS::MSK::Topic' })
        .rejects(awsError('TypeNotFoundException')),
    /Resource types: CloudFormation has no type AWS::MSK::Topic in eu-west-1\./,
    /--region/,
  ],
  [
    'a log group that an earlier deployment left',
    ({ cloudControl }) =>
      cloudControl
        .on(GetResourceCommand, { Identifier: '/aws/rds/instance/orderflow-dev-shard1/postgresql' })
        .resolves({ ResourceDescription: { Properties: '{}' } }),
    /Names: AWS::Logs::LogGroup \/aws\/rds\/instance\/orderflow-dev-shard1\/postgresql exists/,
    /aws cloudcontrol delete-resource --type-name AWS::Logs::LogGroup --identifier \/aws\/rds/,
  ],
  [
    'an alarm topic of the same name',
    ({ cloudControl }) =>
      cloudControl
        .on(GetResourceCommand, { Identifier: `arn:aws:sns:${REGION}:${ACCOUNT}:orderflow-dev-alarms` })
        .resolves({ ResourceDescription: { Properties: '{}' } }),
    /Names: AWS::SNS::Topic arn:aws:sns:eu-west-1:123456789012:orderflow-dev-alarms exists/,
    /delete-resource/,
  ],
  [
    'a secret that is still being deleted',
    ({ secrets }) =>
      secrets.on(ListSecretsCommand).resolves({
        SecretList: [
          { Name: 'orderflow/dev/shard1/master', DeletedDate: new Date() },
          { Name: 'orderflow/dev/shard1/master2' },
        ],
      }),
    /Names of secrets: The secret orderflow\/dev\/shard1\/master is being deleted/,
    /delete-secret --secret-id orderflow\/dev\/shard1\/master --force-delete-without-recovery/,
  ],
  [
    'a Kafka cluster that outlived its stack',
    ({ kafka }) =>
      kafka.on(ListClustersV2Command).resolves({
        ClusterInfoList: [
          { ClusterName: 'orderflow-dev', ClusterArn: 'arn:cluster', Provisioned: { NumberOfBrokerNodes: 2 } as never },
        ],
      }),
    /Names in MSK: AWS::MSK::Cluster arn:cluster exists/,
    /delete-resource --type-name AWS::MSK::Cluster --identifier arn:cluster/,
  ],
  [
    "a name of CloudFront's that is taken",
    ({ cloudControl }) => {
      const Properties = JSON.stringify({ OriginAccessControlConfig: { Name: `orderflow-dev-${REGION}` } });
      cloudControl
        .on(ListResourcesCommand, { TypeName: 'AWS::CloudFront::OriginAccessControl' })
        .resolves({ ResourceDescriptions: [{ Identifier: 'E1' }] })
        .on(GetResourceCommand, { Identifier: 'E1' })
        .resolves({ ResourceDescription: { Properties } });
    },
    /Names in CloudFront: AWS::CloudFront::OriginAccessControl orderflow-dev-eu-west-1 exists/,
    /--identifier E1/,
  ],
  [
    'a bucket name that another account has',
    ({ s3 }) =>
      s3
        .on(HeadBucketCommand, { Bucket: 'shop-receipts' })
        .rejects(Object.assign(awsError('403'), { $metadata: { httpStatusCode: 403 } })),
    /Names of buckets: Another account has the bucket shop-receipts/,
    /-c receiptsBucket=/,
    { ...dev, receiptsBucket: 'shop-receipts' },
  ],
  [
    'no room for another VPC',
    ({ quotas, cloudControl }) => {
      quotas.on(GetServiceQuotaCommand, { QuotaCode: 'L-F678F1CE' }).resolves({ Quota: { Value: 5 } });
      const vpcs = Array.from({ length: 5 }, (_, index) => ({ Identifier: `vpc-${index}` }));
      cloudControl.on(ListResourcesCommand, { TypeName: 'AWS::EC2::VPC' }).resolves({ ResourceDescriptions: vpcs });
    },
    /Quota of VPCs: The deployment adds 1 VPCs to 5, and the quota is 5\./,
    /--service-code vpc --quota-code L-F678F1CE --desired-value 6 --region eu-west-1/,
  ],
  [
    'no room for more brokers, where the account has the default quota',
    ({ quotas, kafka }) => {
      quotas.on(GetServiceQuotaCommand, { QuotaCode: 'L-EDD31C36' }).rejects(awsError('NoSuchResourceException'));
      quotas.on(GetAWSDefaultServiceQuotaCommand, { QuotaCode: 'L-EDD31C36' }).resolves({ Quota: { Value: 90 } });
      const ClusterInfoList = [{ ClusterName: 'big', Provisioned: { NumberOfBrokerNodes: 89 } as never }];
      kafka.on(ListClustersV2Command).resolves({ ClusterInfoList });
    },
    /Quota of Kafka brokers: The deployment adds 2 Kafka brokers to 89, and the quota is 90\./,
    /--quota-code L-EDD31C36 --desired-value 91/,
  ],
  [
    'a new account, with 10 concurrent executions',
    ({ lambda }) =>
      lambda
        .on(GetAccountSettingsCommand)
        .resolves({ AccountLimit: { ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 10 } }),
    /Lambda concurrency: The functions reserve 99 concurrent executions, .* 10 of the quota of 10 are free\./,
    /--quota-code L-B99A9384 --desired-value 199 .*-c lambdaConcurrencyQuota=10/,
  ],
  [
    'a Region whose Lambda is behind',
    ({ lambda }) =>
      lambda
        .on(ListLayersCommand, { CompatibleRuntime: 'nodejs24.x' })
        .rejects(awsError('InvalidParameterValueException', 'Member must satisfy enum value set')),
    /Lambda runtimes: Lambda does not know the runtime nodejs24\.x in eu-west-1\./,
    /--region/,
  ],
  [
    'too few zones with a default subnet',
    ({ ec2 }) => ec2.on(DescribeSubnetsCommand).resolves({ Subnets: [{ AvailabilityZone: 'eu-west-1b' }] }),
    /Availability zones: The network needs 2 zones, and CloudFormation gives fewer in eu-west-1\. .*default subnet/,
    /-c availabilityZones=/,
  ],
  [
    'a zone that the account does not have',
    () => {},
    /Availability zones: eu-west-1 has no zone eu-west-1z for this account\./,
    /Name others with -c availabilityZones=: eu-west-1a, eu-west-1b, eu-west-1c\./,
    { ...dev, availabilityZones: 'eu-west-1a,eu-west-1z' },
  ],
  [
    'a zone without brokers of the size',
    ({ ec2 }) =>
      ec2
        .on(DescribeInstanceTypeOfferingsCommand)
        .resolves({ InstanceTypeOfferings: [{ Location: 'eu-west-1a' }, { Location: 'eu-west-1c' }] }),
    /Availability zones: The zone eu-west-1b has no m7g\.large, which brokers of size kafka\.m7g\.large are\./,
    /-c availabilityZones=: eu-west-1a, eu-west-1c; or .*-c kafkaInstanceType=/,
  ],
  [
    'the zone without MSK',
    ({ ec2 }) => {
      const zone = (ZoneName: string, ZoneId: string) => ({ ZoneName, ZoneId });
      ec2.on(DescribeAvailabilityZonesCommand).resolves({
        AvailabilityZones: [
          zone('eu-west-1a', 'use1-az3'),
          zone('eu-west-1b', 'use1-az1'),
          zone('eu-west-1c', 'use1-az2'),
        ],
      });
    },
    /Availability zones: MSK is not in the zone eu-west-1a \(use1-az3\)\./,
    /-c availabilityZones=: eu-west-1b, eu-west-1c;/,
  ],
  [
    'an endpoint service that is missing in a zone',
    ({ ec2 }) =>
      ec2
        .on(DescribeVpcEndpointServicesCommand)
        .resolves({ ServiceDetails: [{ ServiceName: 'any', AvailabilityZones: ['eu-west-1b'] }] }),
    /VPC endpoint services: .*com\.amazonaws\.eu-west-1\.secretsmanager is not in the zone eu-west-1a\./,
    /-c availabilityZones=: eu-west-1b\./,
  ],
  [
    'an endpoint service that does not exist',
    ({ ec2 }) =>
      ec2
        .on(DescribeVpcEndpointServicesCommand, { ServiceNames: ['com.amazonaws.eu-west-1.secretsmanager'] })
        .rejects(awsError('InvalidServiceName')),
    /VPC endpoint services: There is no endpoint service com\.amazonaws\.eu-west-1\.secretsmanager\./,
    /--region/,
  ],
  [
    'a Postgres version that is not on offer',
    ({ rds }) => rds.on(DescribeDBEngineVersionsCommand).resolves({ DBEngineVersions: [] }),
    /Database version and class: RDS does not offer postgres 18 in eu-west-1\./,
    /describe-db-engine-versions --engine postgres/,
  ],
  [
    'an instance class that is not on offer',
    ({ rds }) => rds.on(DescribeOrderableDBInstanceOptionsCommand).resolves({ OrderableDBInstanceOptions: [] }),
    /Database version and class: RDS does not offer db\.t4g\.micro with postgres 18\.6 and gp3 storage in eu-west-1\./,
    /infra\/config\/stage\.ts/,
  ],
  [
    'an instance class without a standby',
    ({ rds }) =>
      rds
        .on(DescribeOrderableDBInstanceOptionsCommand)
        .resolves({ OrderableDBInstanceOptions: [{ ...ORDERABLE, MultiAZCapable: false }] }),
    /Database version and class: db\.m7g\.large with postgres 18\.6 does not have encryption, a standby/,
    /infra\/config\/stage\.ts/,
    PROD,
  ],
  [
    'an instance class in other zones only',
    ({ rds }) =>
      rds
        .on(DescribeOrderableDBInstanceOptionsCommand)
        .resolves({ OrderableDBInstanceOptions: [{ ...ORDERABLE, AvailabilityZones: [{ Name: 'eu-west-1c' }] }] }),
    /Database version and class: db\.t4g\.micro with postgres 18\.6 is in 0 of the network's zones, and 1 is needed\./,
    /-c availabilityZones=: eu-west-1c\./,
  ],
  [
    'a database parameter that the family does not have',
    ({ rds }) =>
      rds.on(DescribeEngineDefaultParametersCommand).resolves({
        EngineDefaults: {
          Parameters: [
            { ParameterName: 'log_lock_waits', IsModifiable: false },
            { ParameterName: 'log_error_verbosity', IsModifiable: true, AllowedValues: 'default,verbose' },
            { ParameterName: 'log_parameter_max_length', IsModifiable: true, AllowedValues: '1-100' },
          ],
        },
      }),
    /Database parameters: postgres18: there is no parameter rds\.force_ssl\.[\s\S]*log_parameter_max_length takes 1-100, not 0\.[\s\S]*log_error_verbosity takes default,verbose, not terse\.[\s\S]*log_lock_waits cannot be changed\./,
    /infra\/constructs\/shards\/rds-shards\.ts/,
  ],
  [
    'a Kafka version that MSK phases out',
    ({ kafka }) =>
      kafka.on(ListKafkaVersionsCommand).resolves({
        KafkaVersions: [
          { Version: '4.1.x.kraft', Status: 'DEPRECATED' },
          { Version: '4.3.x.kraft', Status: 'ACTIVE' },
        ],
      }),
    /Kafka version: MSK does not offer Kafka 4\.1\.x\.kraft in eu-west-1\./,
    /KAFKA_VERSION in infra\/constructs\/kafka\/brokers\.ts .*\(4\.3\.x\.kraft\)/,
  ],
  [
    'an issuer that is another one',
    () => vi.mocked(issuerFetcher.fetch).mockResolvedValue(new TextEncoder().encode('{}').buffer as ArrayBuffer),
    /Issuer of tokens: https:\/\/identity\.example\.com\/ does not work as an issuer: .*does not name an issuer/,
    /-c issuer=/,
    PROD,
  ],
  [
    'a token endpoint that the dashboard may not talk to',
    () => issuerSays({ token_endpoint: 'https://tokens.example.com/token' }),
    /Issuer of tokens: The dashboard may not talk to the issuer's token endpoint, https:\/\/tokens\.example\.com\/token\./,
    /-c issuerOrigins=https:\/\/tokens\.example\.com\./,
    PROD,
  ],
  [
    'an issuer at which nobody can sign in',
    () => issuerSays({}),
    /Issuer of tokens: The issuer names no token endpoint/,
    /Remove -c clientId=/,
    PROD,
  ],
  [
    'a certificate that is not issued yet',
    ({ siteCertificates }) =>
      siteCertificates.on(DescribeCertificateCommand).resolves({ Certificate: { Status: 'PENDING_VALIDATION' } }),
    /Certificate of the site: The certificate arn:aws:acm:\S+ is in state PENDING_VALIDATION\./,
    /-c certificateArn=/,
    PROD,
  ],
  [
    'a certificate for other names',
    ({ siteCertificates }) =>
      siteCertificates
        .on(DescribeCertificateCommand)
        .resolves({ Certificate: { Status: 'ISSUED', DomainName: '*.shop.example.com' } }),
    /Certificate of the site: .* is for \*\.shop\.example\.com, not for orders\.example\.com\./,
    /list-certificates/,
    PROD,
  ],
  [
    'a web ACL that does not exist',
    () => {},
    /Web ACL of the API: There is no web ACL arn:aws:wafv2:eu-west-1:/,
    /-c webAclArn=/,
    PROD,
  ],
  [
    'a web ACL of another Region',
    () => {},
    /Web ACL of the API: arn:aws:wafv2:us-east-1:\S+ is not in eu-west-1\./,
    /list-web-acls/,
    PROD_WITH_EVERYTHING,
  ],
];

describe('what is lacking is named, with its remedy', () => {
  it.each(LACKS)('%s', async (_what, arrange, problem, remedy, context = dev) => {
    arrange(account);
    const { lines, lacks } = await preflight(account, context as Record<string, unknown>);
    const text = lines.join('\n');
    expect(lacks).toBeGreaterThan(0);
    expect(text).toMatch(new RegExp(`^LACK {2}${problem.source}`, 'm'));
    expect(text).toMatch(remedy);
  });
});

describe('what is worth knowing does not fail the command', () => {
  it('says that a role of a service does not exist yet, and how to make it', async () => {
    account.cloudControl
      .on(GetResourceCommand, { Identifier: 'AWSServiceRoleForRDS' })
      .rejects(awsError('ResourceNotFoundException'));
    const { lines, lacks, warnings } = await preflight(account, dev);
    expect([lacks, warnings]).toEqual([0, 1]);
    expect(lines.join('\n')).toMatch(
      /^warn {2}Service-linked roles: AWSServiceRoleForRDS does not exist yet[\s\S]*create-service-linked-role --aws-service-name rds\.amazonaws\.com/m,
    );
  });

  it('says which role of API Gateway the deployment replaces', async () => {
    account.apiGateway.on(GetAccountCommand).resolves({ cloudwatchRoleArn: 'arn:aws:iam::123456789012:role/logs' });
    const { lines, lacks } = await preflight(account, dev);
    expect(lacks).toBe(0);
    expect(lines.join('\n')).toMatch(/^warn {2}API Gateway log role: .*role\/logs/m);
  });

  it('says that a stack has rolled back and will be deleted by the next deployment', async () => {
    const rolledBack = stackIn('ROLLBACK_COMPLETE');
    account.cloudFormation.on(DescribeStacksCommand, { StackName: 'orderflow-dev-shards' }).resolves(rolledBack);
    const { lines, lacks } = await preflight(account, dev);
    expect(lacks).toBe(0);
    expect(lines.join('\n')).toMatch(/^warn {2}Stacks: .*ROLLBACK_COMPLETE; `cdk deploy` deletes it first\./m);
  });

  it('says what it is not allowed to ask, and goes on', async () => {
    const denied = awsError('AccessDeniedException', 'explicit deny in a service control policy.');
    account.kafka.rejects(denied);
    account.quotas.on(GetServiceQuotaCommand, { ServiceCode: 'rds' }).rejects(denied);
    account.ec2.on(DescribeAvailabilityZonesCommand).rejects(awsError('UnauthorizedOperation', 'not allowed'));
    const { lines, ...outcome } = await preflight(account, dev);
    const unanswered = lines.filter((line) => line.startsWith('?'));
    expect(unanswered).toContain(
      '?     Kafka version could not be checked: AccessDeniedException: explicit deny in a service control policy.',
    );
    expect(unanswered.map((line) => /^\? +(.+) could not/.exec(line)?.[1])).toEqual(
      expect.arrayContaining(['Quota of database instances', 'Quota of Kafka brokers', 'Availability zones']),
    );
    expect(lines).toContain('ok    Quota of VPCs');
    expect(outcome).toMatchObject({ lacks: 0, warnings: 0, unanswered: unanswered.length });
    expect(summaryOf(outcome)).toMatch(/nothing was found lacking, \d+ could not be checked\.\n.*ReadOnlyAccess/);
  });
});

describe('a stage that stands already', () => {
  it("finds its own resources in nobody's way", async () => {
    account.cloudFormation
      .on(DescribeStacksCommand, { StackName: 'orderflow-dev-shards' })
      .resolves(stackIn('UPDATE_COMPLETE'));
    const resource = { PhysicalResourceId: 'a', ResourceStatus: 'CREATE_COMPLETE' } as never;
    account.cloudFormation.on(ListStackResourcesCommand).resolves({
      StackResourceSummaries: [{ ...(resource as object), LogicalResourceId: 'Shardsshard1Database894DF3CF' } as never],
    });
    account.cloudControl
      .on(GetResourceCommand, { TypeName: 'AWS::RDS::DBInstance' })
      .resolves({ ResourceDescription: { Properties: '{}' } });
    const { lines } = await preflight(account, dev);
    const text = lines.join('\n');
    expect(text).toContain('AWS::RDS::DBInstance orderflow-dev-shard2 exists');
    expect(text).not.toContain('AWS::RDS::DBInstance orderflow-dev-shard1 exists');
  });
});

describe('without an account', () => {
  it('says how to sign in', async () => {
    account.sts.on(GetCallerIdentityCommand).rejects(awsError('ExpiredTokenException', 'The token has expired.'));
    await expect(preflight(account, dev)).rejects.toThrow(
      /AWS does not accept the credentials in eu-west-1 \(ExpiredTokenException: The token has expired\)\. Sign in, .*aws sso login/,
    );
  });

  it('says how to name a Region', async () => {
    account.aws.sts.config.region = async () => {
      throw new Error('Region is missing');
    };
    await expect(preflight(account, dev)).rejects.toThrow('No AWS Region is set. Pass --region');
  });

  it('says what the templates themselves lack', async () => {
    await expect(preflight(account, { stage: 'prod' })).rejects.toThrow('Context "issuer" is missing');
  });
});
