import { AwsError } from '../../../aws-api/aws-error.ts';
import { readCopySource } from '../address.ts';
import { inBucket, type Perform, requireBucket, resourceArn, type S3Call } from '../call.ts';
import { algorithmNamed, checksumElements, newHash } from '../checksums.ts';
import { requireCopySource, writeCondition } from '../conditions.ts';
import { describe, ENCRYPTED, storageClass, withStorageClass } from '../description.ts';
import { invalidArgument } from '../errors.ts';
import { type Content, partsOf, type StoredObject } from '../store/stored.ts';
import { actionOn } from '../version-actions.ts';
import { xmlDocument } from '../xml.ts';
import { requireObject } from './objects.ts';

const MAX_COPY_BYTES = 5 * 1024 ** 3;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export const copyObject: Perform = async (call) => {
  const { headers, bucket, key, store } = call;
  const own = describe(headers);
  const source = copySource(call);
  const replacesMetadata = directive(call, 'x-amz-metadata-directive');
  const replacesTags = directive(call, 'x-amz-tagging-directive');
  const algorithm = algorithmNamed(headers['x-amz-checksum-algorithm'] as string | undefined);
  const isItself = source.bucket === bucket && source.key === key;
  if (isItself && !replacesMetadata && !algorithm && storageClass(own) === storageClass(source.object)) {
    throw new AwsError(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  if (source.object.size > MAX_COPY_BYTES) {
    const message = 'The specified copy source is larger than the maximum allowable size for a copy source: 5368709120';
    throw new AwsError('InvalidRequest', message);
  }
  const described = replacesMetadata ? own.headers : withStorageClass(source.object.headers, own);
  const tags = replacesTags ? own.tags : source.object.tags;
  if (tags) call.caller.requireAccess('s3:PutObjectTagging', resourceArn(bucket, key));
  const condition = inBucket(call, writeCondition(headers, key));
  const content = await store.share(source.object);
  const hashes = await hashesOf(call, content, source.object, algorithm).catch((error: unknown) => {
    store.discard(content);
    throw error;
  });
  const copy = store.put(bucket, key, { content, ...hashes, headers: described, tags }, condition);
  const result = { ETag: `"${copy.etag}"`, LastModified: copy.modified, ...checksumElements(copy.checksum) };
  return { headers: ENCRYPTED, body: xmlDocument('CopyObjectResult', result) };
};

/**
 * The object that `x-amz-copy-source` names.
 *
 * @throws AwsError when the caller may not read it, when it does not exist, or is not the wanted version
 */
export function copySource(call: S3Call): { bucket: string; key: string; object: StoredObject } {
  const { headers, caller, store } = call;
  const { version, ...source } = readCopySource(String(headers['x-amz-copy-source']));
  requireBucket(store, source.bucket);
  caller.requireAccess(actionOn(version, 's3:GetObject'), resourceArn(source.bucket, source.key));
  const object = requireObject({ store, caller, ...source });
  requireCopySource(headers, object);
  return { ...source, object };
}

/** Those of the source, unless they are of its parts or by another algorithm: a copy is one whole, whatever its source was. */
async function hashesOf(
  { store }: S3Call,
  content: Content,
  source: StoredObject,
  algorithm = source.checksum.algorithm,
): Promise<Pick<StoredObject, 'etag' | 'checksum'>> {
  const { etag, checksum } = source;
  if (!partsOf(source) && checksum.algorithm === algorithm) return { etag, checksum };
  const [md5, hash] = [newHash('MD5'), newHash(algorithm)];
  for await (const piece of store.contentOf(content)) {
    md5.update(piece);
    hash.update(piece);
  }
  const value = Buffer.from(await hash.digest()).toString('base64');
  return {
    etag: Buffer.from(await md5.digest()).toString('hex'),
    checksum: { algorithm, type: 'FULL_OBJECT', value },
  };
}

/** Whether the copy gets what the request says, and not what the source has. */
function directive({ headers }: S3Call, name: string): boolean {
  const value = headers[name] ?? 'COPY';
  if (value === 'COPY' || value === 'REPLACE') return value === 'REPLACE';
  const kind = name.includes('tagging') ? 'tagging' : 'metadata';
  throw invalidArgument(`Unknown ${kind} directive.`, name, String(value));
}
