import { AwsError } from '../../../aws-api/aws-error.ts';
import { REGION } from '../../../aws-identity.ts';
import { requireBucketName } from '../bucket-name.ts';
import { OWNER, type Perform, readDocument, wholeNumber } from '../call.ts';
import { parseXml, xmlDocument } from '../xml.ts';
import { positionOf, tokenOf } from './lists.ts';

const MOST_BUCKETS = 10_000;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
export const listBuckets: Perform = ({ store, query }) => {
  const prefix = query.get('prefix');
  const token = query.get('continuation-token');
  const limit = wholeNumber(query, 'max-buckets', { fallback: MOST_BUCKETS, most: MOST_BUCKETS });
  const after = token === undefined ? '' : positionOf(token);
  const following = store.buckets().filter(({ name }) => name.startsWith(prefix ?? '') && name > after);
  const page = following.slice(0, limit);
  const Bucket = page.map(({ name, created }) => ({ Name: name, CreationDate: created, BucketRegion: REGION }));
  const next = following.length > page.length ? tokenOf(page.at(-1)?.name ?? '') : undefined;
  const content = { Buckets: { Bucket }, Owner: OWNER, Prefix: prefix, ContinuationToken: next };
  return { body: xmlDocument('ListAllMyBucketsResult', content) };
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
    if (place !== undefined) throw unsuitableLocation(place);
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

/** A bucket in us-east-1 has no location constraint, and this endpoint is us-east-1's. */
function unsuitableLocation(place: string): AwsError {
  const details = { LocationConstraint: place };
  if (place === REGION || !/^([a-z]{2}(-[a-z]+)+-\d|EU)$/.test(place)) {
    const message = 'The specified location-constraint is not valid';
    return new AwsError('InvalidLocationConstraint', message, 400, { details });
  }
  const message = `The ${place} location constraint is incompatible for the region specific endpoint this request was sent to.`;
  return new AwsError('IllegalLocationConstraintException', message);
}
