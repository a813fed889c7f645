import { expect } from 'vitest';
import { api, behaviour, ERRORS, guide } from './behaviour.ts';
import type { Operation } from './client.ts';
import type { Expected } from './session.ts';

/** Names that break one rule each. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BAD_NAMES = {
  'two characters': 'ab',
  '64 characters': 'a'.repeat(64),
  'upper case letters': 'Upper-case',
  'an underscore': 'under_score',
  'a dash as first character': '-dash',
  'a dash as last character': 'dash-',
  'two dots in a row': 'two..dots',
  'the form of an IP address': '192.168.5.4',
  'the prefix xn--': 'xn--bucket',
  'the prefix sthree-': 'sthree-bucket',
  'the suffix -s3alias': 'bucket-s3alias',
  'the suffix --ol-s3': 'bucket--ol-s3',
};

/** What AWS answers to questions for configurations that a new bucket does not have. */
const UNSET: readonly (readonly [operation: Operation, expected: Expected])[] = [
  ['GetBucketVersioning', { Status: undefined }],
  ['GetBucketLogging', { LoggingEnabled: undefined }],
  [
    'GetBucketNotificationConfiguration',
    { LambdaFunctionConfigurations: undefined, EventBridgeConfiguration: undefined },
  ],
  ['GetBucketAccelerateConfiguration', { Status: undefined }],
  ['GetBucketRequestPayment', { Payer: 'BucketOwner' }],
  ['GetBucketTagging', { status: 404, code: 'NoSuchTagSet', message: 'The TagSet does not exist' }],
  ['GetBucketCors', { status: 404, code: 'NoSuchCORSConfiguration', message: 'The CORS configuration does not exist' }],
  ['GetBucketPolicy', { status: 404, code: 'NoSuchBucketPolicy', message: 'The bucket policy does not exist' }],
  [
    'GetBucketLifecycleConfiguration',
    { status: 404, code: 'NoSuchLifecycleConfiguration', message: 'The lifecycle configuration does not exist' },
  ],
  [
    'GetBucketWebsite',
    {
      status: 404,
      code: 'NoSuchWebsiteConfiguration',
      message: 'The specified bucket does not have a website configuration',
    },
  ],
  [
    'GetBucketReplication',
    {
      status: 404,
      code: 'ReplicationConfigurationNotFoundError',
      message: 'The replication configuration was not found',
    },
  ],
  [
    'GetObjectLockConfiguration',
    {
      status: 404,
      code: 'ObjectLockConfigurationNotFoundError',
      message: 'Object Lock configuration does not exist for this bucket',
    },
  ],
  [
    'GetBucketEncryption',
    {
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    },
  ],
  ['GetBucketOwnershipControls', { OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } }],
  [
    'GetPublicAccessBlock',
    {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    },
  ],
  [
    'GetBucketAcl',
    { Owner: { ID: expect.any(String) }, Grants: [{ Grantee: { Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }] },
  ],
];

/** Calls that the local S3 does not carry out. AWS would; the answer says so by name instead of pretending. */
const NOT_HERE: readonly (readonly [operation: Operation, input: object])[] = [
  ['PutBucketVersioning', { VersioningConfiguration: { Status: 'Enabled' } }],
  ['PutBucketPolicy', { Policy: '{"Version":"2012-10-17","Statement":[]}' }],
  [
    'PutBucketLifecycleConfiguration',
    { LifecycleConfiguration: { Rules: [{ Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 7 } }] } },
  ],
  ['PutBucketWebsite', { WebsiteConfiguration: { IndexDocument: { Suffix: 'index.html' } } }],
  ['PutBucketNotificationConfiguration', { NotificationConfiguration: { EventBridgeConfiguration: {} } }],
  ['PutObjectLockConfiguration', { ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' } }],
  [
    'PutObjectRetention',
    { Key: 'k', Retention: { Mode: 'GOVERNANCE', RetainUntilDate: new Date('2035-01-01T00:00:00Z') } },
  ],
  ['RestoreObject', { Key: 'k', RestoreRequest: { Days: 1 } }],
];

/** Buckets and what they are set to. */
export const buckets = [
  behaviour('a new bucket is answered with its location', api('CreateBucket'), (s3) =>
    s3.call('CreateBucket', { Bucket: `${s3.bucket}-new` }, { Location: `/${s3.bucket}-new` }),
  ),
  behaviour(
    'creating an own bucket again in us-east-1 is 200 and keeps its objects',
    api('CreateBucket'),
    async (s3) => {
      await s3.put('k');
      await s3.call('CreateBucket', {}, { status: 200 });
      expect((await s3.list()).keys).toEqual(['k']);
    },
  ),
  ...Object.entries(BAD_NAMES).map(([kind, Bucket]) =>
    behaviour(`a bucket name with ${kind} is InvalidBucketName`, guide('bucketnamingrules'), (s3) =>
      s3.call('CreateBucket', { Bucket }, { status: 400, code: 'InvalidBucketName', BucketName: Bucket }),
    ),
  ),
  behaviour(
    'a bucket name may have 63 characters with digits, dots and dashes',
    guide('bucketnamingrules'),
    async (s3) => {
      const Bucket = `1.${s3.bucket}.`.padEnd(63, 'z9-');
      await s3.call('CreateBucket', { Bucket });
      await s3.call('PutObject', { Bucket, Key: 'k', Body: 'in it' });
      await s3.call('GetObject', { Bucket, Key: 'k' }, { Body: 'in it' });
    },
  ),
  ...['us-east-1', 'nowhere'].map((LocationConstraint) =>
    behaviour(`the location constraint ${LocationConstraint} is InvalidLocationConstraint`, api('CreateBucket'), (s3) =>
      s3.call(
        'CreateBucket',
        { Bucket: `${s3.bucket}-new`, CreateBucketConfiguration: { LocationConstraint } },
        { status: 400, code: 'InvalidLocationConstraint', LocationConstraint },
      ),
    ),
  ),
  behaviour('a bucket in us-east-1 has no location constraint', api('GetBucketLocation'), async (s3) => {
    const { LocationConstraint } = await s3.call('GetBucketLocation', {});
    expect(LocationConstraint ?? '').toBe('');
  }),
  behaviour('HEAD of a bucket names its Region', api('HeadBucket'), (s3) =>
    s3.call('HeadBucket', {}, { BucketRegion: 'us-east-1' }),
  ),
  behaviour('HEAD of a missing bucket is 404', api('HeadBucket'), (s3) =>
    s3.call('HeadBucket', { Bucket: 'no-such-bucket-1' }, { status: 404 }),
  ),
  behaviour('a bucket with an object cannot be deleted', api('DeleteBucket'), async (s3) => {
    await s3.put('k');
    const message = 'The bucket you tried to delete is not empty';
    await s3.call('DeleteBucket', {}, { status: 409, code: 'BucketNotEmpty', message, BucketName: s3.bucket });
    await s3.call('HeadObject', { Key: 'k' });
  }),
  behaviour('an empty bucket is deleted, and its name is free again', api('DeleteBucket'), async (s3) => {
    await s3.put('k');
    await s3.call('PutBucketTagging', { Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } });
    await s3.call('DeleteObject', { Key: 'k' });
    await s3.call('DeleteBucket', {}, { status: 204 });
    await s3.call('HeadBucket', {}, { status: 404 });
    await s3.call('CreateBucket', {});
    expect((await s3.list()).keys).toEqual([]);
    await s3.call('GetBucketTagging', {}, { status: 404, code: 'NoSuchTagSet' });
  }),
  behaviour('deleting a missing bucket is NoSuchBucket', api('DeleteBucket'), (s3) =>
    s3.call(
      'DeleteBucket',
      { Bucket: 'no-such-bucket-1' },
      { status: 404, code: 'NoSuchBucket', BucketName: 'no-such-bucket-1' },
    ),
  ),
  ...UNSET.map(([operation, expected]) =>
    behaviour(`${operation} of a new bucket says what AWS says`, api(operation), (s3) =>
      s3.call(operation, {}, expected),
    ),
  ),
  behaviour('GetObjectAcl gives the owner full control', api('GetObjectAcl'), async (s3) => {
    await s3.put('k');
    await s3.call(
      'GetObjectAcl',
      { Key: 'k' },
      { Grants: [{ Grantee: { Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }] },
    );
  }),
  ...NOT_HERE.map(([operation, input]) =>
    behaviour(`${operation} is refused by name as NotImplemented`, ERRORS, async (s3) => {
      await s3.put('k');
      await s3.call(operation, input, {
        status: 501,
        code: 'NotImplemented',
        message: expect.stringMatching(/[A-Za-z]{6}/),
      });
    }),
  ),
];
