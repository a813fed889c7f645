import { createHash } from 'node:crypto';
import { AwsError } from '../../../aws-api/aws-error.ts';
import { inBucket, type Perform, readDocument, type S3Call } from '../call.ts';
import {
  ALGORITHMS,
  type Checksum,
  checksumElements,
  checksumOfParts,
  DEFAULT_ALGORITHM,
  statedChecksum,
} from '../checksums.ts';
import { writeCondition } from '../conditions.ts';
import { ENCRYPTED } from '../description.ts';
import { malformedXml, noSuchUpload } from '../errors.ts';
import type { Upload, UploadedPart } from '../store/uploads.ts';
import { parseXml, type XmlNode, xmlDocument } from '../xml.ts';
import { requireUpload } from './multipart.ts';

const LEAST_PART_BYTES = 5 * 1024 * 1024;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
export const completeMultipartUpload: Perform = async (call) => {
  const { headers, bucket, key, store, http } = call;
  const condition = inBucket(call, writeCondition(headers, key));
  // The checksum in its headers is that of the object, and not of the document.
  const document = await readDocument({ ...call, headers: documentHeaders(call) });
  if (document === '') throw new AwsError('InvalidRequest', 'You must specify at least one part');
  const listed = parseXml(document, 'CompleteMultipartUpload');
  const upload = requireUpload(call);
  const parts = chosenParts(upload, listed.all('Part'), store.uploads.parts(upload));
  const checksum = await objectChecksum(call, upload, parts);
  requireSize(headers['x-amz-mp-object-size'] as string | undefined, parts);
  // An earlier await let others in.
  if (!store.uploads.find(bucket, key, upload.id)) throw noSuchUpload(upload.id);
  const { headers: described, tags } = upload;
  const etag = etagOfParts(parts);
  const segments = parts.map(({ file, size, number, checksum: ofPart }) => ({
    file,
    size,
    number,
    ...(upload.checksum && { checksum: ofPart }),
  }));
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const content = { size, segments };
  store.put(bucket, key, { content, etag, checksum, headers: described, tags }, condition, upload);
  const location = `http://${http.headers.host}/${bucket}/${encodeURIComponent(key)}`;
  const result = { Location: location, Bucket: bucket, Key: key, ETag: `"${etag}"`, ...checksumElements(checksum) };
  return { headers: ENCRYPTED, body: xmlDocument('CompleteMultipartUploadResult', result) };
};

function documentHeaders({ headers }: S3Call): S3Call['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-amz-checksum-')));
}

/**
 * The uploaded parts that a client lists, in order.
 *
 * @throws AwsError when the list is empty or out of order, names a part that was not uploaded, or a small one before the last
 */
function chosenParts(upload: Upload, listed: readonly XmlNode[], uploaded: readonly UploadedPart[]): UploadedPart[] {
  if (listed.length === 0) throw malformedXml();
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  const numbers = listed.map((part) => numberOf(part));
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) {
    const message = 'The list of parts was not in ascending order. Parts must be ordered by part number.';
    throw new AwsError('InvalidPartOrder', message, 400, { details: { UploadId: upload.id } });
  }
  const parts = listed.map((node, index) => {
    const number = numbers[index] ?? 0;
    const part = byNumber.get(number);
    const etag = node.textOf('ETag')?.replace(/^"(.*)"$/, '$1');
    if (!part || part.etag !== etag || !hasChecksum(upload, node, part)) throw invalidPart(upload, number, etag ?? '');
    return part;
  });
  const small = parts.slice(0, -1).find(({ size }) => size < LEAST_PART_BYTES);
  if (!small) return parts;
  const details = {
    ETag: small.etag,
    MinSizeAllowed: String(LEAST_PART_BYTES),
    PartNumber: String(small.number),
    ProposedSize: String(small.size),
  };
  const message = 'Your proposed upload is smaller than the minimum allowed size';
  throw new AwsError('EntityTooSmall', message, 400, { details });
}

function numberOf(part: XmlNode): number {
  const text = part.textOf('PartNumber') ?? '';
  if (!/^\d{1,9}$/.test(text)) throw malformedXml();
  return Number(text);
}

/** Whether the checksum that a client lists for a part is the part's. A composite one needs them all. */
function hasChecksum({ checksum }: Upload, node: XmlNode, part: UploadedPart): boolean {
  const listed = ALGORITHMS.flatMap((algorithm) => {
    const value = node.textOf(`Checksum${algorithm}`);
    return value === undefined ? [] : [{ algorithm, value }];
  });
  if (checksum?.type === 'COMPOSITE' && !listed.some(({ algorithm }) => algorithm === checksum.algorithm)) {
    const [what, which] = [checksum.algorithm.toLowerCase(), part.number];
    throw new AwsError(
      'InvalidRequest',
      `The upload was created using a ${what} checksum. The complete request must include the checksum for each part. It was missing for part ${which} in the request.`,
    );
  }
  return listed.every(({ algorithm, value }) => algorithm === checksum?.algorithm && value === part.checksum);
}

async function objectChecksum({ headers }: S3Call, upload: Upload, parts: readonly UploadedPart[]): Promise<Checksum> {
  const { algorithm, type } = upload.checksum ?? { algorithm: DEFAULT_ALGORITHM, type: 'FULL_OBJECT' as const };
  const stated = headers['x-amz-checksum-type'];
  if (stated !== undefined && stated !== upload.checksum?.type) {
    const mode = upload.checksum?.type ?? 'null';
    const message = `The upload was created using the ${mode} checksum mode. The complete request must use the same checksum mode.`;
    throw new AwsError('InvalidRequest', message);
  }
  const checksum = await checksumOfParts({ algorithm, type }, parts);
  const expected = statedChecksum(wholeValues(headers));
  const bare = checksum.value.replace(/-\d+$/, '');
  if (expected && !(expected.algorithm === algorithm && expected.value === bare)) {
    throw new AwsError(
      'BadDigest',
      `The ${algorithm.toLowerCase()} you specified did not match the calculated checksum.`,
    );
  }
  return checksum;
}

/** A composite checksum may come with its number of parts. */
function wholeValues(headers: S3Call['headers']): Record<string, string> {
  const entries = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-checksum-'));
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value).replace(/-\d+$/, '')]));
}

function requireSize(stated: string | undefined, parts: readonly UploadedPart[]): void {
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (stated === undefined || Number(stated) === size) return;
  const message = `The provided 'x-amz-mp-object-size' header value ${stated} does not match what was computed: ${size}`;
  throw new AwsError('InvalidRequest', message);
}

/** The MD5 of the parts' MD5s, with the number of parts. */
function etagOfParts(parts: readonly UploadedPart[]): string {
  const hash = createHash('md5');
  for (const { etag } of parts) hash.update(Buffer.from(etag, 'hex'));
  return `${hash.digest('hex')}-${parts.length}`;
}

function invalidPart(upload: Upload, number: number, etag: string): AwsError {
  const message =
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
  const details = { ETag: etag, PartNumber: String(number), UploadId: upload.id };
  return new AwsError('InvalidPart', message, 400, { details });
}
