import { AwsError } from '../../../aws-api/aws-error.ts';
import { inBucket, type Perform, resourceArn, type S3Call } from '../call.ts';
import { checksumHeader, checksumHeaders } from '../checksums.ts';
import { deleteCondition, meetsIfRange, meetsReadConditions, writeCondition } from '../conditions.ts';
import { describe, describingHeaders, ENCRYPTED } from '../description.ts';
import { headerNotImplemented, invalidArgument, noSuchKey } from '../errors.ts';
import { contentRange, readRange } from '../range.ts';
import { receiveBody } from '../request-body.ts';
import type { ByteRange } from '../store/blob-files.ts';
import { partsOf, type StoredObject } from '../store/stored.ts';

const ONLY_IN_DIRECTORY_BUCKETS = ['x-amz-if-match-size', 'x-amz-if-match-last-modified-time'];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export const putObject: Perform = async (call) => {
  const { http, headers, bucket, key, store, caller, signatures } = call;
  const description = describe(headers);
  if (description.tags) caller.requireAccess('s3:PutObjectTagging', resourceArn(bucket, key));
  const condition = inBucket(call, writeCondition(headers, key));
  const { content, etag, checksum } = await receiveBody(http, headers, { store, signatures });
  store.put(bucket, key, { content, etag, checksum, ...description }, condition);
  return { headers: { etag: `"${etag}"`, ...checksumHeaders(checksum), ...ENCRYPTED } };
};

/** GetObject and HeadObject, which differ in the body alone. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export const getObject: Perform = (call) => {
  const { http, headers, query, store } = call;
  const object = requireObject(call);
  const describing = describingHeaders(object, query);
  if (!meetsReadConditions(headers, object)) {
    const { 'content-type': _, 'content-encoding': __, ...kept } = describing;
    return { status: 304, headers: kept };
  }
  const part = readPart(query.get('partNumber'), headers.range, object);
  const range =
    part?.range ??
    (meetsIfRange(headers['if-range'] as string | undefined, object) && readRange(headers.range, object.size));
  const isWhole = !range || (range.first === 0 && range.last === object.size - 1);
  const response = {
    ...describing,
    ...part?.headers,
    ...(headers['x-amz-checksum-mode']?.toString().toUpperCase() === 'ENABLED' && checksumOf(object, part, isWhole)),
    'content-length': String(range ? range.last - range.first + 1 : object.size),
    ...(range && { 'content-range': contentRange(range, object.size) }),
  };
  const body = http.method === 'HEAD' ? undefined : store.read(object, range || undefined);
  return { status: range ? 206 : 200, headers: response, ...(body && { body }) };
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
export const deleteObject: Perform = (call) => {
  const { headers, bucket, key, store } = call;
  const unsupported = ONLY_IN_DIRECTORY_BUCKETS.find((name) => headers[name] !== undefined);
  if (unsupported) throw headerNotImplemented(unsupported);
  store.delete(bucket, key, deleteCondition(headers['if-match'], key));
  return { status: 204 };
};

/**
 * Finds an object. Whoever may not list the bucket must not learn which keys it lacks. AWS documents that of GetObject, HeadObject and
 * GetObjectAttributes, and names the action: https://github.com/schubergphilis/terraform-aws-mcaf-securityhub-findings-manager/pull/64
 *
 * @throws AwsError `NoSuchKey`, or `AccessDenied` to those who may not list the bucket
 */
export function requireObject({
  store,
  bucket,
  key,
  caller,
}: Pick<S3Call, 'store' | 'bucket' | 'key' | 'caller'>): StoredObject {
  const object = store.find(bucket, key);
  if (object) return object;
  caller.requireAccess('s3:ListBucket', resourceArn(bucket));
  throw noSuchKey(key);
}

interface RequestedPart {
  /** Undefined for the only part of an empty object. */
  readonly range: ByteRange | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly checksum: string | undefined;
}

/** The part that `partNumber` asks for: an object that was uploaded at once has one. */
function readPart(
  number: string | undefined,
  range: string | undefined,
  object: StoredObject,
): RequestedPart | undefined {
  if (number === undefined) return undefined;
  if (range !== undefined) {
    throw new AwsError('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter');
  }
  const wanted = partNumber(number);
  const parts = partsOf(object);
  const at = parts ? parts.findIndex((part) => part.number === wanted) : wanted - 1;
  const part = parts ? parts[at] : at === 0 ? object : undefined;
  if (!part) {
    const details = { ActualPartCount: String(parts?.length ?? 1), PartNumberRequested: number };
    throw new AwsError('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416, { details });
  }
  const first = (parts ?? []).slice(0, at).reduce((sum, { size }) => sum + size, 0);
  return {
    range: part.size === 0 ? undefined : { first, last: first + part.size - 1 },
    headers: parts ? { 'x-amz-mp-parts-count': String(parts.length) } : {},
    checksum: parts?.[at]?.checksum,
  };
}

/** @throws AwsError `InvalidArgument` unless it is a number from 1 to 10000 */
export function partNumber(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 10_000) return Number(text);
  throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive', 'partNumber', text);
}

function checksumOf(object: StoredObject, part: RequestedPart | undefined, isWhole: boolean): Record<string, string> {
  const { checksum } = object;
  if (part?.checksum !== undefined) {
    return { [checksumHeader(checksum.algorithm)]: part.checksum, 'x-amz-checksum-type': checksum.type };
  }
  return isWhole ? checksumHeaders(checksum) : {};
}
