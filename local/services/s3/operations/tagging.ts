import { type Perform, readDocument, requireBucket } from '../call.ts';
import type { Tags } from '../store/stored.ts';
import { MOST_BUCKET_TAGS, MOST_OBJECT_TAGS, taggingDocument, tagsOfXml } from '../tags.ts';
import { noConfiguration } from './configuration.ts';
import { requireObject } from './objects.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html */
export const getObjectTagging: Perform = (call) => ({ body: taggingDocument(requireObject(call).tags) });

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html */
export const putObjectTagging: Perform = async (call) => {
  const tags = tagsOfXml(await readDocument(call), MOST_OBJECT_TAGS);
  call.store.setTags(requireObject(call), tags);
  return {};
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html */
export const deleteObjectTagging: Perform = (call) => {
  call.store.setTags(requireObject(call), undefined);
  return { status: 204 };
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html */
export const getBucketTagging: Perform = ({ store, bucket }) => {
  const tags = store.setting(bucket, 'tags') as Tags | undefined;
  if (tags) return { body: taggingDocument(tags) };
  throw noConfiguration('NoSuchTagSet', 'The TagSet does not exist', bucket);
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html */
export const putBucketTagging: Perform = async (call) => {
  const tags = tagsOfXml(await readDocument(call), MOST_BUCKET_TAGS);
  requireBucket(call.store, call.bucket);
  call.store.setSetting(call.bucket, 'tags', tags);
  return { status: 204 };
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketTagging.html */
export const deleteBucketTagging: Perform = ({ store, bucket }) => {
  store.setSetting(bucket, 'tags', undefined);
  return { status: 204 };
};
