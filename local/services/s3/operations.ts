import type { Perform } from './call.ts';
import { notImplemented } from './errors.ts';
import { getObjectAttributes } from './operations/attributes.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './operations/buckets.ts';
import { completeMultipartUpload } from './operations/complete-upload.ts';
import {
  deleteBucketCors,
  getAcl,
  getBucketCors,
  getBucketPolicy,
  putBucketCors,
  unset,
  unsetError,
} from './operations/configuration.ts';
import { copyObject } from './operations/copy.ts';
import { deleteObjects } from './operations/delete-objects.ts';
import { listObjects, listObjectsV2, listObjectVersions } from './operations/lists.ts';
import { abortMultipartUpload, createMultipartUpload, uploadPart, uploadPartCopy } from './operations/multipart.ts';
import { deleteObject, getObject, putObject } from './operations/objects.ts';
import {
  deleteBucketTagging,
  deleteObjectTagging,
  getBucketTagging,
  getObjectTagging,
  putBucketTagging,
  putObjectTagging,
} from './operations/tagging.ts';
import { listMultipartUploads, listParts } from './operations/upload-lists.ts';

/** An operation of S3's API. */
export interface Operation {
  /** The IAM action on the addressed bucket or object; undefined for DeleteObjects, whose body names the objects. */
  readonly action: string | undefined;
  readonly perform: Perform;
}

const operation = (action: string | undefined, perform: Perform): Operation => ({ action, perform });

/**
 * The operations that the local S3 has, by level, method, and the query parameters that select one.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html has their actions.
 */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  'service GET': operation('s3:ListAllMyBuckets', listBuckets),
  'bucket PUT': operation('s3:CreateBucket', createBucket),
  'bucket DELETE': operation('s3:DeleteBucket', deleteBucket),
  'bucket HEAD': operation('s3:ListBucket', headBucket),
  'bucket GET': operation('s3:ListBucket', (call) =>
    call.query.get('list-type') === '2' ? listObjectsV2(call) : listObjects(call),
  ),
  'bucket GET versions': operation('s3:ListBucketVersions', listObjectVersions),
  'bucket GET uploads': operation('s3:ListBucketMultipartUploads', listMultipartUploads),
  'bucket POST delete': operation(undefined, deleteObjects),
  'object GET': operation('s3:GetObject', getObject),
  'object HEAD': operation('s3:GetObject', getObject),
  'object PUT': operation('s3:PutObject', (call) => (isCopy(call.headers) ? copyObject(call) : putObject(call))),
  'object DELETE': operation('s3:DeleteObject', deleteObject),
  'object GET attributes': operation('s3:GetObject', getObjectAttributes),
  'object GET tagging': operation('s3:GetObjectTagging', getObjectTagging),
  'object PUT tagging': operation('s3:PutObjectTagging', putObjectTagging),
  'object DELETE tagging': operation('s3:DeleteObjectTagging', deleteObjectTagging),
  'object POST uploads': operation('s3:PutObject', createMultipartUpload),
  'object PUT uploadId': operation('s3:PutObject', (call) =>
    isCopy(call.headers) ? uploadPartCopy(call) : uploadPart(call),
  ),
  'object GET uploadId': operation('s3:ListMultipartUploadParts', listParts),
  'object POST uploadId': operation('s3:PutObject', completeMultipartUpload),
  'object DELETE uploadId': operation('s3:AbortMultipartUpload', abortMultipartUpload),

  'bucket GET location': operation('s3:GetBucketLocation', getBucketLocation),
  'bucket GET cors': operation('s3:GetBucketCORS', getBucketCors),
  'bucket PUT cors': operation('s3:PutBucketCORS', putBucketCors),
  'bucket DELETE cors': operation('s3:PutBucketCORS', deleteBucketCors),
  'bucket GET versioning': operation('s3:GetBucketVersioning', unset('VersioningConfiguration')),
  'bucket GET logging': operation('s3:GetBucketLogging', unset('BucketLoggingStatus')),
  'bucket GET notification': operation('s3:GetBucketNotification', unset('NotificationConfiguration')),
  'bucket GET accelerate': operation('s3:GetAccelerateConfiguration', unset('AccelerateConfiguration')),
  'bucket GET requestPayment': operation(
    's3:GetBucketRequestPayment',
    unset('RequestPaymentConfiguration', { Payer: 'BucketOwner' }),
  ),
  'bucket GET ownershipControls': operation(
    's3:GetBucketOwnershipControls',
    unset('OwnershipControls', { Rule: { ObjectOwnership: 'BucketOwnerEnforced' } }),
  ),
  'bucket GET publicAccessBlock': operation(
    's3:GetBucketPublicAccessBlock',
    unset('PublicAccessBlockConfiguration', {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    }),
  ),
  'bucket GET policy': operation('s3:GetBucketPolicy', getBucketPolicy),
  'bucket GET lifecycle': operation(
    's3:GetLifecycleConfiguration',
    unsetError('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'),
  ),
  'bucket GET website': operation(
    's3:GetBucketWebsite',
    unsetError('NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'),
  ),
  'bucket GET tagging': operation('s3:GetBucketTagging', getBucketTagging),
  'bucket PUT tagging': operation('s3:PutBucketTagging', putBucketTagging),
  'bucket DELETE tagging': operation('s3:PutBucketTagging', deleteBucketTagging),
  'bucket GET encryption': operation(
    's3:GetEncryptionConfiguration',
    unset('ServerSideEncryptionConfiguration', {
      Rule: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false },
    }),
  ),
  'bucket GET replication': operation(
    's3:GetReplicationConfiguration',
    unsetError('ReplicationConfigurationNotFoundError', 'The replication configuration was not found'),
  ),
  'bucket GET object-lock': operation(
    's3:GetBucketObjectLockConfiguration',
    unsetError('ObjectLockConfigurationNotFoundError', 'Object Lock configuration does not exist for this bucket'),
  ),
  'bucket GET acl': operation('s3:GetBucketAcl', getAcl),
  'object GET acl': operation('s3:GetObjectAcl', getAcl),
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
 * The operation that a request asks for.
 *
 * @param parameters the names in its query
 * @throws AwsError `NotImplemented` for one that the local S3 does not have
 */
export function operationOf(
  method: string,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  parameters: Iterable<string>,
): Operation {
  const level = key !== '' ? 'object' : bucket !== '' ? 'bucket' : 'service';
  const subresources = [...parameters].filter((name) => SUBRESOURCES.has(name));
  const name = [level, method, ...subresources].join(' ');
  const found = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (found) return found;
  const selected = subresources.map((name) => `?${name}`).join(' and ');
  const article = level === 'object' ? 'an' : 'a';
  throw notImplemented(`${method} on ${article} ${level}${selected === '' ? '' : ` with ${selected}`}`);
}

function isCopy(headers: Readonly<Record<string, unknown>>): boolean {
  return headers['x-amz-copy-source'] !== undefined;
}
