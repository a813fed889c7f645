import { AwsError } from '../../aws-api/aws-error.ts';
import type { S3Address } from './address.ts';

/**
 * The IAM action of each operation that the local S3 supports.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
const ACTIONS: Readonly<Record<string, string | undefined>> = {
  'service GET': 's3:ListAllMyBuckets',
  'bucket PUT': 's3:CreateBucket',
  'bucket DELETE': 's3:DeleteBucket',
  'bucket HEAD': 's3:ListBucket',
  'bucket GET': 's3:ListBucket',
  'bucket GET location': 's3:GetBucketLocation',
  'bucket GET cors': 's3:GetBucketCORS',
  'bucket PUT cors': 's3:PutBucketCORS',
  'bucket DELETE cors': 's3:PutBucketCORS',
  'bucket POST delete': undefined,
  'object GET': 's3:GetObject',
  'object HEAD': 's3:GetObject',
  'object PUT': 's3:PutObject',
  'object DELETE': 's3:DeleteObject',
  'object POST uploads': 's3:PutObject',
  'object PUT uploadId': 's3:PutObject',
  'object POST uploadId': 's3:PutObject',
  'object GET acl': 's3:GetObjectAcl',
  'object GET tagging': 's3:GetObjectTagging',
  'object PUT tagging': 's3:PutObjectTagging',
};

/** Query parameters that select another operation. */
const SUBRESOURCES = new Set(
  (
    'accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory legal-hold lifecycle location ' +
    'logging metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock replication ' +
    'requestPayment restore retention select session tagging torrent uploadId uploads versioning versions website'
  ).split(' '),
);

/**
 * The IAM action on the addressed bucket or object; undefined for DeleteObjects, whose body names the objects. Throws AwsError
 * `UnknownOperation` for a request that the local S3 does not support.
 */
export function actionOf(method: string, address: S3Address): string | undefined {
  const level = address.key !== undefined ? 'object' : address.bucket !== undefined ? 'bucket' : 'service';
  const subresources = address.query.map(([name]) => name).filter((name) => SUBRESOURCES.has(name));
  const name = [level, method, ...subresources].join(' ');
  if (!(name in ACTIONS)) {
    throw new AwsError('UnknownOperation', `The local S3 does not support this: ${name.replace(/ /g, ', ')}.`);
  }
  return ACTIONS[name];
}

/** The ARN that an operation's action applies to. */
export function resourceArn({ bucket, key }: Pick<S3Address, 'bucket' | 'key'>): string {
  if (bucket === undefined) return '*';
  return key === undefined ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${key}`;
}
