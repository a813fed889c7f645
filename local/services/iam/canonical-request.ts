import { createHash } from 'node:crypto';
import { SignatureError } from './signature-error.ts';

/** What of an HTTP request takes part in a signature. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as received, not decoded. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** SHA-256 of the body in hex, for services that sign the body itself; that of an empty body when left out. */
  readonly payloadHash?: string;
}

/** The header in which S3 clients state how the body is signed. */
export const PAYLOAD_HASH_HEADER = 'x-amz-content-sha256';

const EMPTY_PAYLOAD_HASH = createHash('sha256').digest('hex');

/** What the signature's `SignedHeaders`, scope and place (header or query) add to the request. */
export interface CanonicalForm {
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly presigned: boolean;
}

/**
 * The canonical request of AWS Signature Version 4.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 *
 * @throws SignatureError `InvalidURI` when the address holds broken percent-encoding
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

/** The query's parameters in order, decoded. Repeated names stay apart. */
export function queryParameters(url: string): [name: string, value: string][] {
  const [, query = ''] = splitOnce(url, '?');
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', value = ''] = splitOnce(pair, '=');
      return [decode(name), decode(value)];
    });
}

function payloadHash(request: SignedRequest, form: CanonicalForm): string {
  if (form.service !== 's3') return request.payloadHash ?? EMPTY_PAYLOAD_HASH;
  const stated = request.headers[PAYLOAD_HASH_HEADER];
  if (typeof stated === 'string') return stated;
  if (form.presigned) return 'UNSIGNED-PAYLOAD';
  throw new SignatureError('InvalidRequest', `Missing required header for this request: ${PAYLOAD_HASH_HEADER}`);
}

/** S3 alone signs the path as it goes over the wire: a key may hold anything, `//` and `..` included. */
function reencodedPath(path: string): string {
  return path
    .split('/')
    .map((segment) => encode(decode(segment)))
    .join('/');
}

/** All other services sign the wire's path with empty and dot segments resolved and encoded once more. */
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

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new SignatureError('InvalidURI', `The address holds broken percent-encoding: ${text}`, { cause });
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
