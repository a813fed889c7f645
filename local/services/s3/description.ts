import { type IncomingHttpHeaders, validateHeaderName, validateHeaderValue } from 'node:http';
import { AwsError } from '../../aws-api/aws-error.ts';
import { invalidArgument, notImplemented } from './errors.ts';
import { storedContentEncoding } from './request-body.ts';
import type { Description, StoredObject, Tags } from './store/stored.ts';
import { tagsOfHeader } from './tags.ts';

const KEPT = ['cache-control', 'content-disposition', 'content-language', 'content-type', 'expires'] as const;
const USER_PREFIX = 'x-amz-meta-';
const MAX_USER_METADATA_BYTES = 2 * 1024;
const STORAGE_CLASS = 'x-amz-storage-class';
const DEFAULT_CONTENT_TYPE = 'binary/octet-stream';
/** Those whose objects can be read at once; the others would have to be restored first. */
const STORAGE_CLASSES = [
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'REDUCED_REDUNDANCY',
  'GLACIER_IR',
];

/** AWS encrypts each object by itself, and says so. https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html */
export const ENCRYPTED = { 'x-amz-server-side-encryption': 'AES256' };

const OVERRIDABLE = new Set([...KEPT, 'content-encoding'].map((name) => `response-${name}`));

/** Headers that would change what is stored, or who may read it, in a way that this S3 does not have. */
const NOT_SUPPORTED = [
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-object-lock-mode',
  'x-amz-object-lock-legal-hold',
  'x-amz-website-redirect-location',
  'x-amz-write-offset-bytes',
];
/** The one value that changes nothing here. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  'x-amz-server-side-encryption': ['AES256'],
  'x-amz-acl': ['private', 'bucket-owner-full-control'],
};

/**
 * Reads what a client says of an object that it stores.
 *
 * @throws AwsError `MetadataTooLarge`, `InvalidArgument` for tags that cannot be read, `NotImplemented` for what is not here
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
export function describe(headers: IncomingHttpHeaders): Description & { readonly tags: Tags | undefined } {
  requireSupported(headers);
  const stored: Record<string, string> = {};
  for (const name of KEPT) {
    const value = headers[name];
    if (value !== undefined) stored[name] = value;
  }
  const encoding = storedContentEncoding(headers);
  if (encoding !== undefined) stored['content-encoding'] = encoding;
  stored['content-type'] ??= DEFAULT_CONTENT_TYPE;
  const stated = storageClassOf(headers[STORAGE_CLASS] as string | undefined);
  if (stated !== 'STANDARD') stored[STORAGE_CLASS] = stated;
  for (const [name, value] of Object.entries(stored)) requireHeader(name, value);
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(USER_PREFIX)) continue;
    requireHeader(name, String(value));
    stored[name] = asciiOf(String(value));
    bytes += name.length - USER_PREFIX.length + Buffer.byteLength(String(value), 'latin1');
  }
  if (bytes > MAX_USER_METADATA_BYTES) {
    const details = { Size: String(bytes), MaxSizeAllowed: String(MAX_USER_METADATA_BYTES) };
    const message = 'Your metadata headers exceed the maximum allowed metadata size';
    throw new AwsError('MetadataTooLarge', message, 400, { details });
  }
  return { headers: stored, tags: tagsOfHeader(headers['x-amz-tagging'] as string | undefined) };
}

/** The storage class is kept and makes no difference here. @throws AwsError `InvalidStorageClass` */
function storageClassOf(name = 'STANDARD'): string {
  if (STORAGE_CLASSES.includes(name)) return name;
  const details = { StorageClassRequested: name };
  throw new AwsError('InvalidStorageClass', 'The storage class you specified is not valid', 400, { details });
}

/** The storage class of an object, for lists. */
export function storageClass({ headers }: Description): string {
  return headers[STORAGE_CLASS] ?? 'STANDARD';
}

/** Headers of a source, for a copy that states its own storage class. */
export function withStorageClass(source: Description['headers'], copy: Description): Description['headers'] {
  const { [STORAGE_CLASS]: _, ...headers } = source;
  const stated = copy.headers[STORAGE_CLASS];
  return stated === undefined ? headers : { ...headers, [STORAGE_CLASS]: stated };
}

/** @throws AwsError `NotImplemented` naming a header of the request that asks for what this S3 does not have */
function requireSupported(headers: IncomingHttpHeaders): void {
  const missing = NOT_SUPPORTED.find((name) => headers[name] !== undefined);
  if (missing) throw notImplemented(`the header ${missing}`);
  for (const [name, values] of Object.entries(ONLY)) {
    const value = headers[name];
    if (value !== undefined && !values.includes(String(value))) throw notImplemented(`the header ${name}: ${value}`);
  }
}

/**
 * The headers of a response with an object, or of one about it. Query parameters such as `response-content-type` change them.
 *
 * @throws AwsError `InvalidArgument` for an override that is no header value
 */
export function describingHeaders(object: StoredObject, query: ReadonlyMap<string, string>): Record<string, string> {
  const tags = Object.keys(object.tags ?? {}).length;
  const headers: Record<string, string> = {
    'accept-ranges': 'bytes',
    etag: `"${object.etag}"`,
    'last-modified': object.modified.toUTCString(),
    ...object.headers,
    ...ENCRYPTED,
    ...(tags === 0 ? {} : { 'x-amz-tagging-count': String(tags) }),
  };
  for (const [name, value] of query) {
    if (!OVERRIDABLE.has(name)) continue;
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      throw invalidArgument('Header value cannot be represented using ISO-8859-1.', name, value);
    }
    headers[name.slice('response-'.length)] = value;
  }
  return headers;
}

/** Text as Node reads it from the head of a request: a character for each byte of its UTF-8. */
export function asReceived(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** A form or a template can name what could not be sent as a header again. @throws AwsError `InvalidArgument` */
function requireHeader(name: string, value: string): void {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw invalidArgument('The name or the value of the header is not one that HTTP has.', name, value);
  }
}

/** Metadata that clients send as UTF-8 comes back in the coding of RFC 2047, as from S3. @param value as Node reads headers: in latin1 */
function asciiOf(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  if (/^[\x00-\x7f]*$/.test(value)) return value;
  const coded = Array.from(Buffer.from(value, 'latin1'), (byte) => {
    const sign = String.fromCharCode(byte);
    if (sign === ' ') return '_';
    return /[!-<>@-^`-~]/.test(sign) ? sign : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return `=?UTF-8?Q?${coded.join('')}?=`;
}
