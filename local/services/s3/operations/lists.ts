import { OWNER, type Perform, type S3Call, type S3Response, wholeNumber } from '../call.ts';
import { storageClass } from '../description.ts';
import { invalidArgument } from '../errors.ts';
import type { Listing } from '../store/listing.ts';
import type { StoredObject } from '../store/stored.ts';
import { type XmlElements, xmlDocument } from '../xml.ts';

const MOST_KEYS = 1000;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const listObjectsV2: Perform = (call) => {
  const { query } = call;
  const list = listing(call);
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const { entries, isTruncated } = list.after(token === undefined ? (startAfter ?? '') : positionOf(token));
  return list.response('ListBucketResult', {
    ContinuationToken: token,
    StartAfter: list.encoded(startAfter),
    KeyCount: entries.length,
    NextContinuationToken: isTruncated ? tokenOf(last(entries)) : undefined,
    IsTruncated: isTruncated,
    ...list.elements('Contents', entries, query.get('fetch-owner') === 'true'),
  });
};

/** The first version. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
export const listObjects: Perform = (call) => {
  const list = listing(call);
  const marker = call.query.get('marker') ?? '';
  const { entries, isTruncated } = list.after(marker);
  const hasNext = isTruncated && list.delimiter !== '';
  return list.response('ListBucketResult', {
    Marker: list.encoded(marker),
    NextMarker: hasNext ? list.encoded(last(entries)) : undefined,
    IsTruncated: isTruncated,
    ...list.elements('Contents', entries, true),
  });
};

/**
 * Without versioning each object has one version, `null`. Tools that empty a bucket ask for it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
 */
export const listObjectVersions: Perform = (call) => {
  const list = listing(call);
  const marker = call.query.get('key-marker') ?? '';
  const { entries, isTruncated } = list.after(marker);
  return list.response('ListVersionsResult', {
    KeyMarker: list.encoded(marker),
    VersionIdMarker: call.query.get('version-id-marker') ?? '',
    NextKeyMarker: isTruncated ? list.encoded(last(entries)) : undefined,
    NextVersionIdMarker: isTruncated ? 'null' : undefined,
    IsTruncated: isTruncated,
    ...list.elements('Version', entries, true, { VersionId: 'null', IsLatest: true }),
  });
};

/** What the three have in common. @throws AwsError `InvalidArgument` for parameters out of their bounds */
function listing({ query, bucket, store }: S3Call) {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const limit = wholeNumber(query, 'max-keys', { fallback: MOST_KEYS, most: MOST_KEYS });
  const encoded = keyEncoder(query);
  return {
    delimiter,
    encoded,
    after: (position: string) => store.list(bucket, { prefix, delimiter, after: position, limit }),
    elements: (name: string, entries: Listing['entries'], withOwner: boolean, more: XmlElements = {}): XmlElements => ({
      [name]: entries.flatMap((entry) =>
        'object' in entry
          ? {
              Key: encoded(entry.object.key),
              ...more,
              ...objectElements(entry.object),
              ...(withOwner && { Owner: OWNER }),
            }
          : [],
      ),
      CommonPrefixes: entries.flatMap((entry) => ('prefix' in entry ? { Prefix: encoded(entry.prefix) } : [])),
    }),
    response: (root: string, content: XmlElements): S3Response => ({
      body: xmlDocument(root, {
        Name: bucket,
        Prefix: encoded(prefix),
        Delimiter: delimiter === '' ? undefined : encoded(delimiter),
        MaxKeys: limit,
        EncodingType: query.get('encoding-type'),
        ...content,
      }),
    }),
  };
}

function objectElements(object: StoredObject): XmlElements {
  const { modified, etag, size, checksum } = object;
  return {
    LastModified: modified,
    ETag: `"${etag}"`,
    ChecksumAlgorithm: checksum.algorithm,
    ChecksumType: checksum.type,
    Size: size,
    StorageClass: storageClass(object),
  };
}

/**
 * How keys are written in a listing: as they are, or percent-encoded with `encoding-type=url`, which keys with control
 * characters need.
 *
 * @throws AwsError `InvalidArgument` for another encoding
 */
export function keyEncoder(query: S3Call['query']): <Text extends string | undefined>(text: Text) => Text {
  const encoding = query.get('encoding-type');
  if (encoding === undefined) return (text) => text;
  if (encoding !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encoding);
  }
  return (text) => text && (urlEncoded(text) as typeof text);
}

/** S3 keeps slashes, and writes a space as a plus sign. */
function urlEncoded(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+')
    .replace(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The key or the common prefix that a page ends with. */
function last(entries: Listing['entries']): string {
  const entry = entries.at(-1);
  if (!entry) return '';
  return 'object' in entry ? entry.object.key : entry.prefix;
}

/** A continuation token for what comes after a key, a common prefix or a bucket. */
export function tokenOf(position: string): string {
  return Buffer.from(`1${position}`).toString('base64');
}

/** What a token stands for. @throws AwsError `InvalidArgument` for one that {@link tokenOf} has not made */
export function positionOf(token: string): string {
  const text = Buffer.from(token, 'base64').toString('utf8');
  if (text.startsWith('1') && tokenOf(text.slice(1)) === token) return text.slice(1);
  throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
}
