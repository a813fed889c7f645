import { AwsError } from '../../../aws-api/aws-error.ts';
import { REGION } from '../../../aws-identity.ts';
import { requireBucketName } from '../bucket-name.ts';
import { OWNER, type Perform, readDocument } from '../call.ts';
import { parseXml, xmlDocument } from '../xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
export const listBuckets: Perform = ({ store, query }) => {
  const prefix = query.get('prefix') ?? '';
  const Bucket = store
    .buckets()
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name, created }) => ({ Name: name, CreationDate: created, BucketRegion: REGION }));
  return { body: xmlDocument('ListAllMyBucketsResult', { Buckets: { Bucket }, Owner: OWNER }) };
};

/**
 * Creating an own bucket once more succeeds in us-east-1, the region of the local run.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
 */
export const createBucket: Perform = async (call) => {
  const { bucket, headers, store } = call;
  requireBucketName(bucket);
  if (Number(headers['content-length'] ?? 0) > 0) {
    const place = parseXml(await readDocument(call), 'CreateBucketConfiguration').textOf('LocationConstraint');
    if (place !== undefined && place !== REGION) throw illegalLocation(place);
  }
  store.createBucket(bucket);
  return { headers: { location: `/${bucket}` } };
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html */
export const deleteBucket: Perform = ({ bucket, store }) => {
  if (store.deleteBucket(bucket)) return { status: 204 };
  const details = { BucketName: bucket };
  throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, { details });
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html */
export const headBucket: Perform = () => ({ headers: { 'x-amz-bucket-region': REGION } });

/** Empty for us-east-1. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html */
export const getBucketLocation: Perform = () => ({ body: xmlDocument('LocationConstraint', {}) });

function illegalLocation(place: string): AwsError {
  const message = `The ${place} location constraint is incompatible for the region specific endpoint this request was sent to.`;
  return new AwsError('IllegalLocationConstraintException', message);
}
