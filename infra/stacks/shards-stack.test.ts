import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { functionNamed, permissions, properties, reach, resources } from '../testing/inspect.ts';
import { ONE_SHARD_PER_LETTER, synthesize } from '../testing/templates.ts';

const { Shards: dev } = synthesize({ stage: 'dev' });

describe('shards', () => {
  it.each([
    ['the default map', {}, 2],
    ['a map of one shard', { shards: [{ id: 1, from: 'A', to: 'Z' }] }, 1],
    [
      'a map of three shards',
      {
        shards: [
          { id: 1, from: 'A', to: 'F' },
          { id: 2, from: 'G', to: 'P' },
          { id: 3, from: 'Q', to: 'Z' },
        ],
      },
      3,
    ],
  ])('give %s a database and two attached secrets for each entry', (_name, context, count) => {
    const { Shards } = synthesize(context);
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    expect(properties(Shards, 'AWS::RDS::DBInstance').map(({ DBName }) => DBName)).toEqual(
      numbers.map((number) => `orders_shard${number}`),
    );
    expect(properties(Shards, 'AWS::SecretsManager::Secret').map(({ Name }) => Name)).toEqual(
      numbers.flatMap((number) => [`orderflow/dev/shard${number}/master`, `orderflow/dev/shard${number}/orderuser`]),
    );
    Shards.resourceCountIs('AWS::SecretsManager::SecretTargetAttachment', 2 * count);
  });

  it('take no connection without TLS', () => {
    dev.hasResourceProperties('AWS::RDS::DBParameterGroup', {
      Family: 'postgres18',
      Parameters: { 'rds.force_ssl': '1' },
    });
    for (const database of properties(dev, 'AWS::RDS::DBInstance')) {
      expect(database.EngineVersion).toBe('18.3');
      expect(database.DBParameterGroupName).toBeDefined();
      expect(database.StorageEncrypted).toBe(true);
    }
  });

  it('are small and disposable in dev', () => {
    dev.allResources('AWS::RDS::DBInstance', {
      DeletionPolicy: 'Delete',
      Properties: Match.objectLike({ DBInstanceClass: 'db.t4g.micro', MultiAZ: false, DeletionProtection: false }),
    });
  });

  it('stand in two zones and outlive their stack in prod, with their passwords', () => {
    const { Shards: prod } = synthesize({ stage: 'prod' });
    prod.allResources('AWS::RDS::DBInstance', {
      DeletionPolicy: 'Retain',
      Properties: Match.objectLike({ MultiAZ: true, DeletionProtection: true }),
    });
    prod.allResources('AWS::SecretsManager::Secret', { DeletionPolicy: 'Retain' });
  });
});

describe('migrate-shards', () => {
  const name = 'orderflow-dev-migrate-shards';

  it('knows both secrets of every shard and reads these alone', () => {
    expect(JSON.parse(functionNamed(dev, name).Environment.Variables.SHARD_MAP)).toEqual([
      {
        id: 1,
        from: 'A',
        to: 'M',
        secret: 'orderflow/dev/shard1/orderuser',
        masterSecret: 'orderflow/dev/shard1/master',
      },
      {
        id: 2,
        from: 'N',
        to: 'Z',
        secret: 'orderflow/dev/shard2/orderuser',
        masterSecret: 'orderflow/dev/shard2/master',
      },
    ]);
    const secrets = ['shard1/master', 'shard1/orderuser', 'shard2/master', 'shard2/orderuser'];
    expect(permissions(dev, name)).toEqual([
      ...secrets.map((secret) => `secretsmanager:DescribeSecret ${secret}`),
      ...secrets.map((secret) => `secretsmanager:GetSecretValue ${secret}`),
    ]);
  });

  it('reaches the shards and Secrets Manager alone', () => {
    expect(reach(dev, name)).toEqual(['SecretsManager:443', 'shard1:5432', 'shard2:5432']);
  });

  it('runs at deploy, when databases, attached secrets and its own network rules are there', () => {
    const [trigger] = Object.values(resources(dev, 'Custom::Trigger'));
    expect(trigger.Properties.Timeout).toBe('300000');
    const needed = [
      'AWS::RDS::DBInstance',
      'AWS::SecretsManager::SecretTargetAttachment',
      'AWS::EC2::SecurityGroupIngress',
      'AWS::EC2::SecurityGroupEgress',
    ].flatMap((type) => Object.keys(resources(dev, type)));
    expect(trigger.DependsOn).toEqual(expect.arrayContaining(needed));
  });

  it('runs again when its shard map changes', () => {
    const { Shards: other } = synthesize({ shards: [{ id: 1, from: 'A', to: 'Z' }] });
    const version = (template: typeof dev) => properties(template, 'Custom::Trigger')[0].HandlerArn.Ref;
    expect(version(other)).not.toBe(version(dev));
  });

  it('fits the largest map into the 4 KB that Lambda allows for all variables', () => {
    const { Shards } = synthesize({ stage: 'prod', shards: ONE_SHARD_PER_LETTER });
    const variables = functionNamed(Shards, 'orderflow-prod-migrate-shards').Environment.Variables;
    expect(Buffer.byteLength(JSON.stringify(variables))).toBeLessThan(4096);
  });
});
