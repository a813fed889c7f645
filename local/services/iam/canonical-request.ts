import { hash } from 'node:crypto';
import { AwsError } from '../../aws-api/aws-error.ts';
import { PAYLOAD_HASH_HEADER, percentDecoded, queryParameters } from '../../aws-api/request.ts';

/** What a signature covers of an HTTP request. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as received. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** SHA-256 of the body in hex, for services other than S3; an empty body's when left out. */
  readonly payloadHash?: string;
}

const EMPTY_PAYLOAD_HASH = hash('sha256', '');

export interface CanonicalForm {
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly presigned: boolean;
}

/**
 * The canonical request of AWS Signature Version 4. Throws AwsError `InvalidURI` when the percent-encoding is malformed.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function canonicalRequest(request: SignedRequest, form: CanonicalForm): string {
  const [path = '/', query = ''] = splitOnce(request.url, '?');
  return [
    request.method,
    form.service === 's3' ? reencodedPath(path) : encodedTwice(path),
    canonicalQuery(query),
    ...form.signedHeaders.map((name) => `${name}:${canonicalHeader(request.headers[name])}`),
    '',
    form.signedHeaders.join(';'),
    payloadHash(request, form),
  ].join('\n');
}

function payloadHash(request: SignedRequest, form: CanonicalForm): string {
  if (form.service !== 's3') return request.payloadHash ?? EMPTY_PAYLOAD_HASH;
  const stated = request.headers[PAYLOAD_HASH_HEADER];
  if (typeof stated === 'string') return stated;
  if (form.presigned) return 'UNSIGNED-PAYLOAD';
  throw new AwsError('InvalidRequest', `Missing required header for this request: ${PAYLOAD_HASH_HEADER}`, 403);
}

/** S3 alone signs the path as it is sent: a key may hold anything, `//` and `..` included. */
function reencodedPath(path: string): string {
  return path
    .split('/')
    .map((segment) => encode(percentDecoded(segment)))
    .join('/');
}

/** All other services resolve empty and dot segments, and encode the path that is sent once more. */
function encodedTwice(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  const slash = path.endsWith('/') && segments.length > 0 ? '/' : '';
  return `/${segments.join('/')}${slash}`;
}

function canonicalQuery(query: string): string {
  return queryParameters(`?${query}`)
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function canonicalHeader(value: string | string[] | undefined): string {
  return [value ?? '']
    .flat()
    .map((text) => text.trim().replace(/\s+/g, ' '))
    .join(',');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
