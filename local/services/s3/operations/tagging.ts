import { type Perform, readDocument } from '../call.ts';
import { taggingDocument, tagsOfXml } from '../tags.ts';
import { requireObject } from './objects.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html */
export const getObjectTagging: Perform = (call) => ({ body: taggingDocument(requireObject(call).tags) });

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html */
export const putObjectTagging: Perform = async (call) => {
  const tags = tagsOfXml(await readDocument(call));
  call.store.setTags(requireObject(call), tags);
  return {};
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html */
export const deleteObjectTagging: Perform = (call) => {
  call.store.setTags(requireObject(call), undefined);
  return { status: 204 };
};
