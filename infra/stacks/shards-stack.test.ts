import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ONE_SHARD_PER_LETTER, STAGE_CONTEXTS } from '../example-contexts.ts';
import { functionNamed, type Json, properties, resources } from '../testing/inspect.ts';
import { templatesOf } from '../testing/templates.ts';

const { Shards: dev } = templatesOf(STAGE_CONTEXTS.dev);
const { Shards: prod } = templatesOf(STAGE_CONTEXTS.prod);

describe('shards', () => {
  it.each([
    ['the default map', {}, 2],
    ['a map of one shard', { shards: [{ id: 1, from: 'A', to: 'Z' }] }, 1],
    [
      'a map of three shards',
      {
        shards: [
          { id: 1, from: 'A', to: 'H' },
          { id: 2, from: 'I', to: 'Q' },
          { id: 3, from: 'R', to: 'Z' },
        ],
      },
      3,
    ],
  ])('give %s a database and three attached secrets for each entry', (_name, context, count) => {
    const { Shards } = templatesOf(context);
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    expect(properties(Shards, 'AWS::RDS::DBInstance').map(({ DBName }) => DBName)).toEqual(
      numbers.map((number) => `orders_shard${number}`),
    );
    expect(properties(Shards, 'AWS::SecretsManager::Secret').map(({ Name }) => Name)).toEqual(
      numbers.flatMap((number) =>
        ['master', 'orderuser', 'ordermover'].map((user) => `orderflow/dev/shard${number}/${user}`),
      ),
    );
    Shards.resourceCountIs('AWS::SecretsManager::SecretTargetAttachment', 3 * count);
  });

  it('run the current Postgres, which RDS keeps up to date within its major version', () => {
    dev.allResourcesProperties('AWS::RDS::DBInstance', {
      Engine: 'postgres',
      EngineVersion: '18',
      AutoMinorVersionUpgrade: true,
      PreferredMaintenanceWindow: 'sun:03:30-sun:04:30',
      EngineLifecycleSupport: 'open-source-rds-extended-support-disabled',
    });
  });

  it('take no connection without TLS, with a certificate of the current authority', () => {
    expect(parameters()['rds.force_ssl']).toBe('1');
    dev.allResourcesProperties('AWS::RDS::DBInstance', {
      DBParameterGroupName: { Ref: Object.keys(resources(dev, 'AWS::RDS::DBParameterGroup'))[0] },
      CACertificateIdentifier: 'rds-ca-rsa2048-g1',
    });
  });

  it("log slow statements and lock waits, and no order's content", () => {
    expect(parameters()).toMatchObject({
      log_min_duration_statement: '1000',
      log_lock_waits: '1',
      log_parameter_max_length: '0',
      log_parameter_max_length_on_error: '0',
    });
    expect(parameters()).not.toHaveProperty('log_statement');
  });

  it('give back what a client holds that has gone away', () => {
    expect(parameters()).toMatchObject({
      idle_in_transaction_session_timeout: '30000',
      tcp_keepalives_idle: '60',
      tcp_keepalives_interval: '10',
      tcp_keepalives_count: '3',
    });
  });

  it('are encrypted, on gp3, watched by Performance Insights for the week that is free', () => {
    for (const template of [dev, prod]) {
      template.allResourcesProperties('AWS::RDS::DBInstance', {
        StorageEncrypted: true,
        StorageType: 'gp3',
        EnablePerformanceInsights: true,
        PerformanceInsightsRetentionPeriod: 7,
      });
    }
  });

  it.each([
    ['dev', dev, 7],
    ['prod', prod, 90],
  ])('of %s export their logs into groups that are there before them and end', (stage, template, days) => {
    for (const database of Object.values<Json>(resources(template, 'AWS::RDS::DBInstance'))) {
      const { DBInstanceIdentifier: identifier, EnableCloudwatchLogsExports } = database.Properties;
      expect(identifier).toMatch(new RegExp(`^orderflow-${stage}-shard[12]$`));
      expect(EnableCloudwatchLogsExports).toEqual(['postgresql']);
      const [[logGroup, { Properties: log }] = ['', {}]] = Object.entries<Json>(
        resources(template, 'AWS::Logs::LogGroup'),
      ).filter(([, { Properties }]) => Properties.LogGroupName === `/aws/rds/instance/${identifier}/postgresql`);
      expect(log.RetentionInDays).toBe(days);
      expect(database.DependsOn).toContain(logGroup);
    }
  });

  it('are small and disposable in dev', () => {
    dev.allResources('AWS::RDS::DBInstance', {
      DeletionPolicy: 'Delete',
      Properties: Match.objectLike({
        DBInstanceClass: 'db.t4g.micro',
        AllocatedStorage: '20',
        MaxAllocatedStorage: Match.absent(),
        MultiAZ: false,
        BackupRetentionPeriod: 1,
        DeleteAutomatedBackups: true,
        DeletionProtection: false,
      }),
    });
  });

  it('stand in two zones, grow, and outlive their stack in prod, with their passwords and two weeks of backups', () => {
    prod.allResources('AWS::RDS::DBInstance', {
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: Match.objectLike({
        MultiAZ: true,
        MaxAllocatedStorage: 1000,
        BackupRetentionPeriod: 14,
        PreferredBackupWindow: '02:00-03:00',
        DeleteAutomatedBackups: false,
        DeletionProtection: true,
      }),
    });
    prod.allResources('AWS::SecretsManager::Secret', { DeletionPolicy: 'RetainExceptOnCreate' });
  });

  it('stand together in one security group, which reaches nobody and is reached on 5432 alone', () => {
    const [group] = Object.keys(resources(dev, 'AWS::EC2::SecurityGroup')).filter((id) => id.startsWith('Shards'));
    dev.allResourcesProperties('AWS::RDS::DBInstance', {
      VPCSecurityGroups: [{ 'Fn::GetAtt': [group, 'GroupId'] }],
      Port: '5432',
    });
    const into = properties(dev, 'AWS::EC2::SecurityGroupIngress').filter(
      ({ GroupId }) => GroupId['Fn::GetAtt']?.[0] === group,
    );
    const outOf = properties(dev, 'AWS::EC2::SecurityGroupEgress').filter(
      ({ GroupId }) => GroupId['Fn::GetAtt']?.[0] === group,
    );
    expect(into.map(({ FromPort, ToPort, IpProtocol }) => `${IpProtocol} ${FromPort}-${ToPort}`)).toEqual([
      'tcp 5432-5432',
      'tcp 5432-5432',
    ]);
    expect(outOf).toEqual([]);
  });
});

describe('rotation', () => {
  it('gives every user of every shard a new password each month, but not during a deployment', () => {
    expect(properties(dev, 'AWS::SecretsManager::RotationSchedule')).toEqual(
      Object.keys(resources(dev, 'AWS::SecretsManager::SecretTargetAttachment')).map((attachment) => ({
        SecretId: { Ref: attachment },
        RotationLambdaARN: { 'Fn::GetAtt': [rotationApplication(), 'Outputs.RotationLambdaARN'] },
        RotationRules: { ScheduleExpression: 'rate(30 days)' },
        RotateImmediatelyOnUpdate: false,
      })),
    );
  });

  it('is set up after the migration, which creates the users that it signs in as', () => {
    for (const schedule of Object.values<Json>(resources(dev, 'AWS::SecretsManager::RotationSchedule'))) {
      expect(schedule.DependsOn).toEqual(Object.keys(resources(dev, 'Custom::Trigger')));
    }
  });

  it("is done by one application of AWS's for all shards, in the isolated subnets, with characters that need no quoting", () => {
    const { Shards: many } = templatesOf({ shards: ONE_SHARD_PER_LETTER });
    many.resourceCountIs('AWS::Serverless::Application', 1);
    many.resourceCountIs('AWS::SecretsManager::RotationSchedule', 78);
    const [{ Parameters }] = properties(dev, 'AWS::Serverless::Application');
    expect(Parameters).toMatchObject({ functionName: 'orderflow-dev-rotate-credentials' });
    expect(JSON.stringify(Parameters.vpcSubnetIds)).toMatch(/IsolatedSubnet1.*IsolatedSubnet2/);
    for (const secret of properties(dev, 'AWS::SecretsManager::Secret')) {
      expect(secret.GenerateSecretString.ExcludeCharacters).toBe(Parameters.excludeCharacters);
    }
  });

  it('keeps its log for as long as the others', () => {
    dev.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: '/aws/lambda/orderflow-dev-rotate-credentials',
      RetentionInDays: 7,
    });
  });

  const rotationApplication = () => Object.keys(resources(dev, 'AWS::Serverless::Application'))[0];
});

describe('migrate-shards', () => {
  const name = 'orderflow-dev-migrate-shards';

  it('knows the secrets of every shard', () => {
    expect(functionNamed(dev, name).Environment.Variables).toMatchObject({
      SHARD_MAP: JSON.stringify([
        { id: 1, from: 'A', to: 'M', secret: 'orderflow/dev/shard1/orderuser' },
        { id: 2, from: 'N', to: 'Z', secret: 'orderflow/dev/shard2/orderuser' },
      ]),
      MASTER_SECRETS: 'orderflow/dev/{shard}/master',
      MOVER_SECRETS: 'orderflow/dev/{shard}/ordermover',
    });
  });

  it('runs at deploy, when databases, attached secrets, its rights and its network rules are there', () => {
    const [trigger] = Object.values(resources(dev, 'Custom::Trigger'));
    expect(trigger.Properties).toMatchObject({ Timeout: '300000', InvocationType: 'RequestResponse' });
    const needed = [
      'AWS::RDS::DBInstance',
      'AWS::SecretsManager::SecretTargetAttachment',
      'AWS::EC2::SecurityGroupIngress',
      'AWS::EC2::SecurityGroupEgress',
    ].flatMap((type) => Object.keys(resources(dev, type)));
    const ofOthers = needed.filter((id) => !id.startsWith('Rotation'));
    expect(trigger.DependsOn).toEqual(expect.arrayContaining(ofOthers));
    const [migrateShards] = Object.values<Json>(resources(dev, 'AWS::Lambda::Function')).filter(
      ({ Properties }) => Properties.FunctionName === name,
    );
    const [policy] = Object.keys(resources(dev, 'AWS::IAM::Policy')).filter((id) => id.startsWith('MigrateShards'));
    expect(migrateShards.DependsOn).toContain(policy);
  });

  it('runs in its new version at once: a migration is not tried on a tenth of the shards', () => {
    prod.resourceCountIs('AWS::CodeDeploy::DeploymentGroup', 0);
    const [version] = Object.keys(resources(prod, 'AWS::Lambda::Version'));
    prod.hasResourceProperties('Custom::Trigger', { HandlerArn: { Ref: version } });
  });

  it('runs again when its shard map changes', () => {
    const { Shards: other } = templatesOf({ shards: [{ id: 1, from: 'A', to: 'Z' }] });
    const version = (template: typeof dev) => properties(template, 'Custom::Trigger')[0].HandlerArn.Ref;
    expect(version(other)).not.toBe(version(dev));
  });

  it('signs in with TLS to what the runtime knows as an authority of RDS', () => {
    expect(functionNamed(dev, name).Environment.Variables).toMatchObject({
      DATABASE_TLS: 'on',
      NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
    });
  });
});

function parameters(): Record<string, string> {
  return properties(dev, 'AWS::RDS::DBParameterGroup')[0].Parameters;
}
