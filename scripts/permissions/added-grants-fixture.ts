import type { ChangedTemplates, Json } from './changed-templates-fixture.ts';

/** Something that the consumer must never have. */
export interface AddedGrant {
  readonly grant: string;
  /** Part of what the check must say. */
  readonly breach: string;
  add(templates: ChangedTemplates): void;
}

const POSTGRES = { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432 };

function policy(Action: string | string[], Resource: Json = '*'): Json {
  return { Statement: [{ Effect: 'Allow', Action, Resource }], Version: '2012-10-17' };
}

/** Each way in which rights and network paths can be given, one at a time. */
export const ADDED_GRANTS: readonly AddedGrant[] = [
  {
    grant: 'an action in an inline policy of its role',
    breach: 's3:GetObject everything/*',
    add: ({ role }) => {
      role.Policies = [{ PolicyName: 'Added', PolicyDocument: policy('s3:GetObject', 'arn:aws:s3:::everything/*') }];
    },
  },
  {
    grant: 'a policy that names its role',
    breach: 'dynamodb:Query *',
    add: (templates) => {
      const Properties = { PolicyDocument: policy('dynamodb:Query'), Roles: [{ Ref: templates.roleId }] };
      templates.add('consumer', { Type: 'AWS::IAM::Policy', Properties });
    },
  },
  {
    grant: 'a managed policy that names its role',
    breach: 'ssm:GetParameter *',
    add: (templates) => {
      const Properties = { PolicyDocument: policy('ssm:GetParameter'), Roles: [{ Ref: templates.roleId }] };
      templates.add('consumer', { Type: 'AWS::IAM::ManagedPolicy', Properties });
    },
  },
  {
    grant: 'a managed policy of another stack that its role names',
    breach: 'rds-data:ExecuteStatement *',
    add: (templates) => {
      const Properties = { PolicyDocument: policy('rds-data:ExecuteStatement') };
      const added = templates.add('stream', { Type: 'AWS::IAM::ManagedPolicy', Properties });
      templates.role.ManagedPolicyArns = [templates.exported('stream', added)];
    },
  },
  {
    grant: 'a policy of AWS, whatever it holds',
    breach: 'AmazonS3ReadOnlyAccess',
    add: ({ role }) => {
      role.ManagedPolicyArns = ['arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'];
    },
  },
  {
    grant: 'every action at once',
    breach: '* *',
    add: ({ role }) => {
      role.Policies = [{ PolicyName: 'Added', PolicyDocument: policy('*') }];
    },
  },
  {
    grant: 'every action but one',
    breach: 'every action but s3:GetObject',
    add: ({ role }) => {
      const Statement = { Effect: 'Allow', NotAction: 's3:GetObject', Resource: '*' };
      role.Policies = [{ PolicyName: 'Added', PolicyDocument: { Statement } }];
    },
  },
  {
    grant: 'a bucket policy that names its role',
    breach: 's3:PutObject ReceiptsBucket',
    add: (templates) => {
      const role = templates.exported('consumer', { 'Fn::GetAtt': [templates.roleId, 'Arn'] });
      const Bucket = { Ref: templates.find('orders', 'AWS::S3::Bucket', /^ReceiptsBucket/) };
      const Statement = {
        Effect: 'Allow',
        Action: 's3:PutObject',
        Principal: { AWS: role },
        Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [Bucket.Ref, 'Arn'] }, '/*']] },
      };
      templates.add('orders', { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket, PolicyDocument: { Statement } } });
    },
  },
  {
    grant: 'the policy of a secret that names everybody',
    breach: 'secretsmanager:GetSecretValue shard1/master',
    add: (templates) => {
      const SecretId = { Ref: templates.find('shards', 'AWS::SecretsManager::Secret', /shard1Master/i) };
      const Statement = {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Principal: { AWS: '*' },
        Resource: '*',
      };
      const Properties = { SecretId, ResourcePolicy: { Statement } };
      templates.add('shards', { Type: 'AWS::SecretsManager::ResourcePolicy', Properties });
    },
  },
  {
    grant: "another function's role",
    breach: 'sts:AssumeRole',
    add: (templates) => {
      const role = templates.exported('consumer', { 'Fn::GetAtt': [templates.roleId, 'Arn'] });
      const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: role } };
      const other = templates.part('orders').Resources[templates.find('orders', 'AWS::IAM::Role', /^CreateOrder/)];
      other.Properties.AssumeRolePolicyDocument.Statement.push(trust);
    },
  },
  {
    grant: 'a way to the databases, written on its side',
    breach: '5432',
    add: (templates) => {
      const DestinationSecurityGroupId = templates.exported('shards', templates.shardGroup.groupId);
      const Properties = { ...POSTGRES, GroupId: templates.group, DestinationSecurityGroupId };
      templates.add('consumer', { Type: 'AWS::EC2::SecurityGroupEgress', Properties });
    },
  },
  {
    grant: 'a way to the databases, written on their side',
    breach: '5432',
    add: (templates) => {
      const { id } = templates.shardGroup;
      const SourceSecurityGroupId = templates.exported('consumer', templates.group);
      const shards = templates.part('shards').Resources[id].Properties;
      shards.SecurityGroupIngress = [{ ...POSTGRES, SourceSecurityGroupId }];
    },
  },
  {
    grant: 'a way to the databases for the whole network, written apart',
    breach: '5432',
    add: (templates) => {
      const GroupId = templates.exported('shards', templates.shardGroup.groupId);
      const Properties = { ...POSTGRES, GroupId, CidrIp: '10.0.0.0/16' };
      templates.add('stream', { Type: 'AWS::EC2::SecurityGroupIngress', Properties });
    },
  },
  {
    grant: 'a way to the endpoint of Secrets Manager',
    breach: 'SecretsManager 443',
    add: (templates) => {
      const id = templates.find('network', 'AWS::EC2::SecurityGroup', /^SecretsManager/);
      const DestinationSecurityGroupId = templates.exported('network', { 'Fn::GetAtt': [id, 'GroupId'] });
      const ports = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };
      const Properties = { ...ports, GroupId: templates.group, DestinationSecurityGroupId };
      templates.add('consumer', { Type: 'AWS::EC2::SecurityGroupEgress', Properties });
    },
  },
  {
    grant: 'a way to any address',
    breach: '0.0.0.0/0 443',
    add: (templates) => {
      const Properties = {
        IpProtocol: 'tcp',
        FromPort: 443,
        ToPort: 443,
        CidrIp: '0.0.0.0/0',
        GroupId: templates.group,
      };
      templates.add('consumer', { Type: 'AWS::EC2::SecurityGroupEgress', Properties });
    },
  },
  {
    grant: 'a second security group',
    breach: '0.0.0.0/0 any port',
    add: (templates) => {
      const added = templates.add('consumer', {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: { GroupDescription: 'Without rules, which lets everything out' },
      });
      templates.consumer.VpcConfig.SecurityGroupIds.push({ 'Fn::GetAtt': [added.Ref, 'GroupId'] });
    },
  },
  {
    grant: 'a place outside the network',
    breach: 'the internet',
    add: ({ consumer }) => {
      delete consumer.VpcConfig;
    },
  },
];
