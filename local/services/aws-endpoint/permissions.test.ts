import { GetBootstrapBrokersCommand, KafkaClient } from '@aws-sdk/client-kafka';
import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { stackOf } from '../../assembly/deploy-fixture.ts';
import { servicesFixture } from '../services-fixture.ts';

const SESSION = 'arn:aws:sts::000000000000:assumed-role/prober/probe';
const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:probe';
const CLUSTER = 'arn:aws:kafka:us-east-1:000000000000:cluster/things/0-1';
const BUCKET = 'arn:aws:s3:::things';
const Key = 'receipts/1';
const OBJECT = `${BUCKET}/${Key}`;
const objectIn = { Bucket: 'things', Key };
const secret = { SecretId: 'things/login' };

const trust = {
  Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
};
const bucketPolicy = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [BUCKET, `${BUCKET}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    { Effect: 'Deny', Principal: '*', Action: 's3:DeleteObject', Resource: `${BUCKET}/kept/*` },
  ],
};
const secretPolicy = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::000000000000:role/prober' },
    Action: 'secretsmanager:GetSecretValue',
    Resource: '*',
  },
};
const template = {
  Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'things' } },
  BucketPolicy: {
    Type: 'AWS::S3::BucketPolicy',
    Properties: { Bucket: { Ref: 'Bucket' }, PolicyDocument: bucketPolicy },
  },
  Login: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'things/login', SecretString: 'open' } },
  Shared: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'things/shared', SecretString: 'open' } },
  SharedPolicy: {
    Type: 'AWS::SecretsManager::ResourcePolicy',
    Properties: { SecretId: { Ref: 'Shared' }, ResourcePolicy: secretPolicy },
  },
  Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'prober', AssumeRolePolicyDocument: trust } },
  Probe: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'probe',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Code: { ZipFile: 'exports.handler = async () => 1;' },
    },
  },
};

let aws: ReturnType<typeof servicesFixture>;
let secretArn: string;
let client: {
  endpoint: string;
  region: string;
  maxAttempts: number;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
};
let s3: S3Client;
let secrets: SecretsManagerClient;
let lambda: LambdaClient;
beforeEach(async () => {
  aws = servicesFixture({ invoke: () => 1 });
  await aws.endpoint.open();
  onTestFinished(() => aws.endpoint.stop());
  await aws.deploy([stackOf('app', { Resources: template })]);
  const credentials = aws.lambda.functions.get('probe')?.definition.credentials;
  if (!credentials) throw new Error('the function has no credentials');
  client = { endpoint: aws.endpoint.url, region: 'us-east-1', maxAttempts: 1, credentials };
  [s3, secrets, lambda] = [
    new S3Client({ ...client, forcePathStyle: true }),
    new SecretsManagerClient(client),
    new LambdaClient(client),
  ];
  secretArn = aws.secretsManager.store.get('things/login').arn;
  await aws.s3.putObject('things', Key, Buffer.from('a receipt'), {});
});

type Grant = readonly [action: string, resource: string];

/** Gives the function's role these permissions and no others. */
async function grant(...grants: Grant[]): Promise<void> {
  const Statement = grants.map(([Action, Resource]) => ({ Effect: 'Allow', Action, Resource }));
  await aws.iam.policies.putRolePolicy('prober', 'granted', { Version: '2012-10-17', Statement });
}

const upload = async () => (await s3.send(new CreateMultipartUploadCommand(objectIn))).UploadId;

/** Calls with all the permissions that each needs. */
const calls: [name: string, needs: () => Grant[], call: () => Promise<unknown>][] = [
  ['PutObject', () => [['s3:PutObject', OBJECT]], () => s3.send(new PutObjectCommand({ ...objectIn, Body: 'x' }))],
  [
    'PutObject with tags',
    () => [
      ['s3:PutObject', OBJECT],
      ['s3:PutObjectTagging', OBJECT],
    ],
    () => s3.send(new PutObjectCommand({ ...objectIn, Body: 'x', Tagging: 'a=b' })),
  ],
  [
    'PutObjectTagging',
    () => [['s3:PutObjectTagging', OBJECT]],
    () => s3.send(new PutObjectTaggingCommand({ ...objectIn, Tagging: { TagSet: [] } })),
  ],
  ['GetObject', () => [['s3:GetObject', OBJECT]], () => s3.send(new GetObjectCommand(objectIn))],
  [
    'GetObjectAttributes',
    () => [
      ['s3:GetObject', OBJECT],
      ['s3:GetObjectAttributes', OBJECT],
    ],
    () => s3.send(new GetObjectAttributesCommand({ ...objectIn, ObjectAttributes: ['ETag'] })),
  ],
  [
    'CopyObject',
    () => [
      ['s3:GetObject', OBJECT],
      ['s3:PutObject', `${BUCKET}/copy`],
    ],
    () => s3.send(new CopyObjectCommand({ Bucket: 'things', Key: 'copy', CopySource: `things/${Key}` })),
  ],
  [
    'CopyObject with tags',
    () => [
      ['s3:GetObject', OBJECT],
      ['s3:PutObject', `${BUCKET}/copy`],
      ['s3:PutObjectTagging', `${BUCKET}/copy`],
    ],
    async () => {
      const tags = { Tagging: 'a=b', TaggingDirective: 'REPLACE' } as const;
      await s3.send(new CopyObjectCommand({ Bucket: 'things', Key: 'copy', CopySource: `things/${Key}`, ...tags }));
    },
  ],
  [
    'CreateMultipartUpload with tags',
    () => [
      ['s3:PutObject', OBJECT],
      ['s3:PutObjectTagging', OBJECT],
    ],
    () => s3.send(new CreateMultipartUploadCommand({ ...objectIn, Tagging: 'a=b' })),
  ],
  ['GetObjectTagging', () => [['s3:GetObjectTagging', OBJECT]], () => s3.send(new GetObjectTaggingCommand(objectIn))],
  [
    'DeleteObjectTagging',
    () => [['s3:DeleteObjectTagging', OBJECT]],
    () => s3.send(new DeleteObjectTaggingCommand(objectIn)),
  ],
  [
    'ListParts',
    () => [
      ['s3:PutObject', OBJECT],
      ['s3:ListMultipartUploadParts', OBJECT],
    ],
    async () => s3.send(new ListPartsCommand({ ...objectIn, UploadId: await upload() })),
  ],
  [
    'ListMultipartUploads',
    () => [['s3:ListBucketMultipartUploads', BUCKET]],
    () => s3.send(new ListMultipartUploadsCommand({ Bucket: 'things' })),
  ],
  [
    'ListObjectVersions',
    () => [['s3:ListBucketVersions', BUCKET]],
    () => s3.send(new ListObjectVersionsCommand({ Bucket: 'things' })),
  ],
  [
    'GetBucketLocation',
    () => [['s3:GetBucketLocation', BUCKET]],
    () => s3.send(new GetBucketLocationCommand({ Bucket: 'things' })),
  ],
  ['ListObjectsV2', () => [['s3:ListBucket', BUCKET]], () => s3.send(new ListObjectsV2Command({ Bucket: 'things' }))],
  ['ListBuckets', () => [['s3:ListAllMyBuckets', '*']], () => s3.send(new ListBucketsCommand({}))],
  [
    'GetBucketPolicy',
    () => [['s3:GetBucketPolicy', BUCKET]],
    () => s3.send(new GetBucketPolicyCommand({ Bucket: 'things' })),
  ],
  [
    'a multipart upload',
    () => [['s3:PutObject', OBJECT]],
    async () => {
      const part = { ...objectIn, UploadId: await upload(), PartNumber: 1 };
      const { ETag } = await s3.send(new UploadPartCommand({ ...part, Body: 'x' }));
      await s3.send(
        new CompleteMultipartUploadCommand({ ...part, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }),
      );
    },
  ],
  [
    'AbortMultipartUpload',
    () => [
      ['s3:PutObject', OBJECT],
      ['s3:AbortMultipartUpload', OBJECT],
    ],
    async () => s3.send(new AbortMultipartUploadCommand({ ...objectIn, UploadId: await upload() })),
  ],
  [
    'DeleteObject',
    () => [['s3:DeleteObject', `${BUCKET}/gone`]],
    () => s3.send(new DeleteObjectCommand({ Bucket: 'things', Key: 'gone' })),
  ],
  [
    'DeleteObject of a version',
    () => [['s3:DeleteObjectVersion', `${BUCKET}/gone`]],
    () => s3.send(new DeleteObjectCommand({ Bucket: 'things', Key: 'gone', VersionId: 'null' })),
  ],
  [
    'GetObject of a version',
    () => [['s3:GetObjectVersion', OBJECT]],
    () => s3.send(new GetObjectCommand({ ...objectIn, VersionId: 'null' })),
  ],
  [
    'CopyObject of a version',
    () => [
      ['s3:GetObjectVersion', OBJECT],
      ['s3:PutObject', `${BUCKET}/copy`],
    ],
    () => s3.send(new CopyObjectCommand({ Bucket: 'things', Key: 'copy', CopySource: `things/${Key}?versionId=null` })),
  ],
  [
    'GetSecretValue',
    () => [['secretsmanager:GetSecretValue', secretArn]],
    () => secrets.send(new GetSecretValueCommand(secret)),
  ],
  [
    'DescribeSecret',
    () => [['secretsmanager:DescribeSecret', secretArn]],
    () => secrets.send(new DescribeSecretCommand(secret)),
  ],
  [
    'PutSecretValue',
    () => [['secretsmanager:PutSecretValue', secretArn]],
    () => secrets.send(new PutSecretValueCommand({ ...secret, SecretString: 'x' })),
  ],
  [
    'ListSecretVersionIds',
    () => [['secretsmanager:ListSecretVersionIds', secretArn]],
    () => secrets.send(new ListSecretVersionIdsCommand(secret)),
  ],
  ['ListSecrets', () => [['secretsmanager:ListSecrets', '*']], () => secrets.send(new ListSecretsCommand({}))],
  [
    'CreateSecret',
    () => [['secretsmanager:CreateSecret', 'arn:aws:secretsmanager:us-east-1:000000000000:secret:things/new*']],
    () => secrets.send(new CreateSecretCommand({ Name: 'things/new', SecretString: 'x' })),
  ],
  [
    'GetRandomPassword',
    () => [['secretsmanager:GetRandomPassword', '*']],
    () => secrets.send(new GetRandomPasswordCommand({})),
  ],
  [
    'Invoke',
    () => [['lambda:InvokeFunction', FUNCTION]],
    () => lambda.send(new InvokeCommand({ FunctionName: 'probe' })),
  ],
  [
    'Invoke, asynchronous',
    () => [['lambda:InvokeFunction', FUNCTION]],
    () => lambda.send(new InvokeCommand({ FunctionName: 'probe', InvocationType: 'Event' })),
  ],
  [
    'GetFunction',
    () => [['lambda:GetFunction', FUNCTION]],
    () => lambda.send(new GetFunctionCommand({ FunctionName: 'probe' })),
  ],
  [
    'GetFunctionConfiguration',
    () => [['lambda:GetFunctionConfiguration', FUNCTION]],
    () => lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'probe' })),
  ],
  ['ListFunctions', () => [['lambda:ListFunctions', '*']], () => lambda.send(new ListFunctionsCommand({}))],
];

it.each(calls)(
  '%s is refused without any one of the permissions that it needs, and passes with them',
  async (_, needs, call) => {
    for (const [index, [action]] of needs().entries()) {
      await grant(...needs().toSpliced(index, 1));
      const reason = `because no identity-based policy allows the ${action} action`;
      const message = new RegExp(`^User: ${SESSION} is not authorized to perform: ${action}.*${reason}$`);
      await expect(call()).rejects.toThrow(message);
    }
    await grant(...needs());
    await call();
  },
);

const status = (httpStatusCode: number) => ({ $metadata: { httpStatusCode } });

describe('the endpoint', () => {
  it.each([
    ['S3', () => s3.send(new GetObjectCommand(objectIn)), 403, 's3:GetObject', `"${OBJECT}"`],
    // As recorded: Secrets Manager repeats what the caller has written.
    [
      'Secrets Manager',
      () => secrets.send(new GetSecretValueCommand(secret)),
      400,
      'secretsmanager:GetSecretValue',
      secret.SecretId,
    ],
    ['Lambda', () => lambda.send(new InvokeCommand({ FunctionName: 'probe' })), 403, 'lambda:InvokeFunction', FUNCTION],
  ])('refuses a call of %s in the words of AWS', async (_, call, httpStatusCode, action, resource) => {
    const message = `User: ${SESSION} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
    await expect(call()).rejects.toMatchObject({ message, ...status(httpStatusCode) });
  });

  it('asks for kafka:GetBootstrapBrokers before it looks for the cluster', async () => {
    const kafka = new KafkaClient(client);
    const lookup = () => kafka.send(new GetBootstrapBrokersCommand({ ClusterArn: CLUSTER }));
    await expect(lookup()).rejects.toThrow('is not authorized to perform: kafka:GetBootstrapBrokers');
    await grant(['kafka:GetBootstrapBrokers', CLUSTER]);
    await expect(lookup()).rejects.toThrow('This run has no cluster');
  });
});

describe('S3', () => {
  const missing = { Bucket: 'things', Key: 'missing' };

  it.each([
    ['HeadObject', () => s3.send(new HeadObjectCommand(missing))],
    ['GetObject', () => s3.send(new GetObjectCommand(missing))],
    ['GetObjectAttributes', () => s3.send(new GetObjectAttributesCommand({ ...missing, ObjectAttributes: ['ETag'] }))],
    ['CopyObject', () => s3.send(new CopyObjectCommand({ ...objectIn, CopySource: 'things/missing' }))],
  ])('tells that an object is missing to those who may list the bucket, and 403 to others: %s', async (name, call) => {
    const actions = ['s3:GetObject', 's3:GetObjectAttributes', 's3:PutObject'];
    const onObjects = actions.map((action): Grant => [action, `${BUCKET}/*`]);
    await grant(...onObjects);
    // A HEAD response has no body to say why.
    const said =
      name === 'HeadObject' ? {} : { message: expect.stringContaining(`s3:ListBucket on resource: "${BUCKET}"`) };
    await expect(call()).rejects.toMatchObject({ ...status(403), ...said });
    await grant(...onObjects, ['s3:ListBucket', BUCKET]);
    await expect(call()).rejects.toMatchObject(status(404));
  });

  it('asks for s3:ListBucket at HeadBucket, and tells everybody that a bucket does not exist', async () => {
    const head = (Bucket: string) => s3.send(new HeadBucketCommand({ Bucket }));
    await expect(head('things')).rejects.toMatchObject(status(403));
    await expect(head('no-such-bucket')).rejects.toMatchObject(status(404));
    await grant(['s3:ListBucket', BUCKET]);
    await head('things');
  });

  it('decides on each key of a deletion', async () => {
    await grant(['s3:DeleteObject', `${BUCKET}/mine/*`]);
    const Objects = ['mine/1', 'other/1'].map((Key) => ({ Key }));
    const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket: 'things', Delete: { Objects } }));
    expect(Deleted).toEqual([{ Key: 'mine/1' }]);
    expect(Errors).toMatchObject([{ Key: 'other/1', Code: 'AccessDenied' }]);
  });

  it('decides on each version of a deletion by another action than on the object', async () => {
    await grant(['s3:DeleteObjectVersion', `${BUCKET}/mine/*`]);
    const Objects = [{ Key: 'mine/1' }, { Key: 'mine/1', VersionId: 'null' }];
    const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket: 'things', Delete: { Objects } }));
    expect([Deleted, Errors]).toMatchObject([[{ Key: 'mine/1' }], [{ Key: 'mine/1', Code: 'AccessDenied' }]]);
  });

  it('decides on a presigned URL with the permissions that its signer has when it is used', async () => {
    const url = await getSignedUrl(s3, new GetObjectCommand(objectIn));
    expect((await fetch(url)).status).toBe(403);
    await grant(['s3:GetObject', OBJECT]);
    expect((await fetch(url)).status).toBe(200);
  });

  it('gives s3:prefix to the conditions of a list', async () => {
    const Condition = { StringEquals: { 's3:prefix': 'receipts/' } };
    const Statement = [{ Effect: 'Allow', Action: 's3:ListBucket', Resource: BUCKET, Condition }];
    await aws.iam.policies.putRolePolicy('prober', 'granted', { Version: '2012-10-17', Statement });
    const list = (Prefix?: string) => s3.send(new ListObjectsV2Command({ Bucket: 'things', Prefix }));
    await list('receipts/');
    await expect(list('other/')).rejects.toMatchObject(status(403));
    await expect(list()).rejects.toMatchObject(status(403));
  });

  it('follows the policy of the bucket, and shows it', async () => {
    await grant(['s3:*', '*']);
    const deletion = s3.send(new DeleteObjectCommand({ Bucket: 'things', Key: 'kept/1' }));
    await expect(deletion).rejects.toThrow('with an explicit deny in a resource-based policy');
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket: 'things' }));
    expect(JSON.parse(Policy ?? '')).toEqual(bucketPolicy);
  });
});

describe('Secrets Manager', () => {
  it('follows the resource policy of a secret', async () => {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: 'things/shared' }));
    expect(SecretString).toBe('open');
    await expect(secrets.send(new DescribeSecretCommand({ SecretId: 'things/shared' }))).rejects.toThrow(
      'not authorized',
    );
  });

  it('gives the stage to the conditions of reading', async () => {
    const Condition = { 'ForAnyValue:StringEquals': { 'secretsmanager:VersionStage': 'AWSCURRENT' } };
    const Statement = [{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: secretArn, Condition }];
    await aws.iam.policies.putRolePolicy('prober', 'granted', { Version: '2012-10-17', Statement });
    await secrets.send(new GetSecretValueCommand({ ...secret, VersionStage: 'AWSCURRENT' }));
    const previous = new GetSecretValueCommand({ ...secret, VersionStage: 'AWSPREVIOUS' });
    await expect(secrets.send(previous)).rejects.toThrow('not authorized');
  });
});

it('credentials of a function carry its ARN, which conditions can ask for', async () => {
  const Condition = { ArnEquals: { 'lambda:SourceFunctionArn': FUNCTION } };
  const deny = { Effect: 'Deny', Action: 's3:GetObject', Resource: '*', Condition };
  const Statement = [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }, deny];
  await aws.iam.policies.putRolePolicy('prober', 'granted', { Version: '2012-10-17', Statement });
  await expect(s3.send(new GetObjectCommand(objectIn))).rejects.toThrow('explicit deny in an identity-based policy');
});
