import { AwsError } from '../../../aws-api/aws-error.ts';
import { type Perform, resourceArn, type S3Call } from '../call.ts';
import { algorithmNamed, type ChecksumType, checksumHeader, DEFAULT_ALGORITHM, newHash } from '../checksums.ts';
import { isCrc } from '../crc-combination.ts';
import { describe, ENCRYPTED } from '../description.ts';
import { invalidArgument, noSuchUpload } from '../errors.ts';
import { readCopyRange } from '../range.ts';
import { receiveBody } from '../request-body.ts';
import type { Segment } from '../store/blob-files.ts';
import type { Content } from '../store/stored.ts';
import type { Upload, UploadChecksum, UploadedPart } from '../store/uploads.ts';
import { xmlDocument } from '../xml.ts';
import { copySource } from './copy.ts';
import { partNumber } from './objects.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
export const createMultipartUpload: Perform = ({ headers, bucket, key, store, caller }) => {
  const description = describe(headers);
  if (description.tags) caller.requireAccess('s3:PutObjectTagging', resourceArn(bucket, key));
  const checksum = uploadChecksum(headers['x-amz-checksum-algorithm'], headers['x-amz-checksum-type']);
  const { id } = store.uploads.begin(bucket, key, { ...description, checksum });
  return {
    headers: {
      ...ENCRYPTED,
      ...(checksum && { 'x-amz-checksum-algorithm': checksum.algorithm, 'x-amz-checksum-type': checksum.type }),
    },
    body: xmlDocument('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: id }),
  };
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html */
export const uploadPart: Perform = async (call) => {
  const { http, headers, query, store, signatures } = call;
  const number = partNumber(query.get('partNumber') ?? '');
  const upload = requireUpload(call);
  const algorithm = upload.checksum?.algorithm ?? DEFAULT_ALGORITHM;
  const receive = async (source: AsyncIterable<Uint8Array>) => inFile(await store.files.write(source));
  const body = await receiveBody(http, headers, { store, algorithm, signatures, receive });
  if (upload.checksum && body.stated && body.stated !== algorithm) {
    store.discard(body.content);
    const types = `expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${body.stated.toLowerCase()}`;
    throw new AwsError('InvalidRequest', `Checksum Type mismatch occurred, ${types}`);
  }
  putPart(call, upload, number, body.content, body.etag, body.checksum.value);
  const shown = upload.checksum ?? (body.stated === algorithm ? { algorithm } : undefined);
  const sum = shown && { [checksumHeader(algorithm)]: body.checksum.value };
  return { headers: { etag: `"${body.etag}"`, ...ENCRYPTED, ...sum } };
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
export const uploadPartCopy: Perform = async (call) => {
  const { headers, query, store } = call;
  const number = partNumber(query.get('partNumber') ?? '');
  const upload = requireUpload(call);
  const { object } = copySource(call);
  const range = readCopyRange(headers['x-amz-copy-source-range'] as string | undefined, object.size);
  const algorithm = upload.checksum?.algorithm ?? DEFAULT_ALGORITHM;
  const [md5, hash] = [newHash('MD5'), newHash(algorithm)];
  const bytes = store.read(object, range);
  const source = Buffer.isBuffer(bytes) ? [bytes] : bytes;
  const segment = await store.files.write(
    (async function* () {
      for await (const piece of source) {
        md5.update(piece);
        hash.update(piece);
        yield piece;
      }
    })(),
  );
  const etag = Buffer.from(await md5.digest()).toString('hex');
  const checksum = Buffer.from(await hash.digest()).toString('base64');
  const { modified } = putPart(call, upload, number, inFile(segment), etag, checksum);
  const shown = upload.checksum && { [`Checksum${algorithm}`]: checksum };
  return { body: xmlDocument('CopyPartResult', { LastModified: modified, ETag: `"${etag}"`, ...shown }) };
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html */
export const abortMultipartUpload: Perform = (call) => {
  call.store.uploads.abort(requireUpload(call));
  return { status: 204 };
};

/** @throws AwsError `NoSuchUpload` for an id that is not of this key */
export function requireUpload({ store, bucket, key, query }: S3Call): Upload {
  const id = query.get('uploadId') ?? '';
  const upload = store.uploads.find(bucket, key, id);
  if (!upload) throw noSuchUpload(id);
  return upload;
}

/** The checksums that a client asks for when it begins an upload; undefined when it does not. Throws AwsError `InvalidRequest`. */
function uploadChecksum(
  name: string | string[] | undefined,
  type: string | string[] | undefined,
): UploadChecksum | undefined {
  const algorithm = algorithmNamed(name as string | undefined);
  if (algorithm === undefined) {
    if (type === undefined) return undefined;
    const rule = 'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.';
    throw new AwsError('InvalidRequest', rule);
  }
  const chosen = type === undefined ? defaultType(algorithm) : String(type).toUpperCase();
  if (chosen !== 'COMPOSITE' && chosen !== 'FULL_OBJECT') {
    throw invalidArgument('Value for x-amz-checksum-type header is invalid.', 'x-amz-checksum-type', String(type));
  }
  const isPossible = chosen === 'COMPOSITE' ? algorithm !== 'CRC64NVME' : isCrc(algorithm);
  if (isPossible) return { algorithm, type: chosen };
  const message = `The ${chosen} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`;
  throw new AwsError('InvalidRequest', message);
}

function defaultType(algorithm: string): ChecksumType {
  return algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
}

/** Parts are in files, whatever their size: their object refers to them and copies nothing. */
function inFile(segment: Segment): Content {
  return { size: segment.size, segments: [segment] };
}

function putPart(
  { store }: S3Call,
  upload: Upload,
  number: number,
  content: Content,
  etag: string,
  checksum: string,
): UploadedPart {
  const [segment] = content.segments ?? [];
  if (!segment) throw new Error('a part is in a file');
  const part: UploadedPart = { number, etag, checksum, modified: new Date(), file: segment.file, size: segment.size };
  if (store.uploads.put(upload, part)) return part;
  // It was completed or aborted while the part arrived.
  store.discard(content);
  throw noSuchUpload(upload.id);
}
