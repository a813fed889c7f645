import { hash } from 'node:crypto';
import type { Principal, SignedText } from '../../aws-api/api-call.ts';
import { AwsError } from '../../aws-api/aws-error.ts';
import { PAYLOAD_HASH_HEADER, queryParameters } from '../../aws-api/request.ts';
import { canonicalRequest, type SignedRequest } from './canonical-request.ts';
import type { KnownPrincipal, PrincipalStore } from './principals.ts';
import { basicIsoTime, checkScope, incomplete, malformedQuery } from './scope.ts';
import { equalInConstantTime, hmac, requireEqual, signingKey } from './signing-key.ts';
import type { StatedSignature } from './stated-signature.ts';

export type { SignedRequest } from './canonical-request.ts';

const ALGORITHM = 'AWS4-HMAC-SHA256';
const MAX_EXPIRES_SECONDS = 7 * 24 * 60 * 60;

/**
 * Reads the Signature Version 4 of a request, from the `Authorization` header or from the query of a presigned URL.
 *
 * @throws AwsError (403) when there is none, or when parts of it are missing or malformed
 */
export function readSignature(request: SignedRequest): StatedSignature {
  const authorization = header(request, 'authorization');
  if (authorization !== undefined) return fromAuthorizationHeader(request, authorization);
  const query = new Map(queryParameters(request.url));
  if (query.has('X-Amz-Algorithm')) return fromQuery(query);
  if (query.has('AWSAccessKeyId')) {
    throw incomplete(`only ${ALGORITHM} is supported, not the older Signature Version 2`);
  }
  throw new AwsError(
    'MissingAuthenticationToken',
    'The request is not signed. Sign it with an access key of this run.',
    403,
  );
}

/**
 * Establishes who made a request by its Signature Version 4, in the headers or in a presigned URL. The payload hash that an
 * S3 client states (`UNSIGNED-PAYLOAD` and the `STREAMING-` kinds included) is part of what was signed; comparing it with
 * the body is the caller's job.
 *
 * @param now for tests
 * @throws AwsError (403) with one of AWS's common error codes, which each protocol translates into its own
 */
export function verifySignature(request: SignedRequest, principals: PrincipalStore, now = new Date()): Principal {
  const stated = readSignature(request);
  const known = knownPrincipal(stated, principals);
  checkScope(stated, now);
  if (stated.service === 's3') requireSigned(request, stated.signedHeaders);
  requireEqual(stated.signature, expectedSignature(request, stated, known.credentials.secretAccessKey), stated.service);
  return known.principal;
}

/**
 * Establishes who has signed a text, such as the policy of an HTML form.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
 *
 * @throws AwsError as {@link verifySignature}
 */
export function verifySignedText(signed: SignedText, principals: PrincipalStore): Principal {
  if (signed.algorithm !== ALGORITHM) throw incomplete(`only ${ALGORITHM} is supported, not "${signed.algorithm}"`);
  const { accessKeyId, date, region, service } = scopeOf(signed.credential);
  const known = knownPrincipal({ accessKeyId, sessionToken: signed.sessionToken }, principals);
  const key = signingKey(known.credentials.secretAccessKey, `${date}/${region}/${service}/aws4_request`);
  requireEqual(signed.signature, hmac(key, signed.text).toString('hex'));
  return known.principal;
}

function knownPrincipal(
  { accessKeyId, sessionToken }: Pick<StatedSignature, 'accessKeyId' | 'sessionToken'>,
  principals: PrincipalStore,
): KnownPrincipal {
  const known = principals.find(accessKeyId);
  if (!known) {
    throw new AwsError(
      'InvalidClientTokenId',
      `There is no access key id ${accessKeyId} here. The operator's is "test", with the secret "test".`,
      403,
    );
  }
  if (equalInConstantTime(sessionToken ?? '', known.credentials.sessionToken ?? '')) return known;
  throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403);
}

function fromAuthorizationHeader(request: SignedRequest, authorization: string): StatedSignature {
  const [algorithm, ...rest] = authorization.split(' ');
  if (algorithm !== ALGORITHM) throw incomplete(`only ${ALGORITHM} is supported, not "${algorithm}"`);
  const fields = new Map(
    rest
      .join('')
      .split(',')
      .map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)] as const),
  );
  return {
    ...scopeOf(required(fields, 'Credential')),
    signedHeaders: headerNames(required(fields, 'SignedHeaders')),
    signature: required(fields, 'Signature'),
    timestamp: header(request, 'x-amz-date') ?? dateHeader(header(request, 'date')),
    sessionToken: header(request, 'x-amz-security-token'),
    expiresSeconds: undefined,
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
function fromQuery(query: Map<string, string>): StatedSignature {
  if (query.get('X-Amz-Algorithm') !== ALGORITHM) throw incomplete(`only ${ALGORITHM} is supported`);
  const [credential = '', signedHeaders = '', signature = '', timestamp = '', expires = ''] = [
    'X-Amz-Credential',
    'X-Amz-SignedHeaders',
    'X-Amz-Signature',
    'X-Amz-Date',
    'X-Amz-Expires',
  ].map((name) => query.get(name));
  if ([credential, signedHeaders, signature, timestamp, expires].includes('')) {
    throw malformedQuery(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    );
  }
  const scope = parseScope(credential);
  if (!scope) {
    throw malformedQuery(
      'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  return {
    ...scope,
    signedHeaders: headerNames(signedHeaders),
    signature,
    timestamp,
    sessionToken: query.get('X-Amz-Security-Token'),
    expiresSeconds: expirySeconds(expires),
  };
}

function expirySeconds(text: string): number {
  if (!/^-?\d+$/.test(text)) throw malformedQuery('X-Amz-Expires should be a number');
  const seconds = Number(text);
  if (seconds < 0) throw malformedQuery('X-Amz-Expires must be non-negative');
  if (seconds <= MAX_EXPIRES_SECONDS) return seconds;
  throw malformedQuery(
    `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${MAX_EXPIRES_SECONDS} seconds`,
  );
}

function scopeOf(credential: string) {
  const scope = parseScope(credential);
  if (scope) return scope;
  throw incomplete(`Credential must be <key>/<date>/<region>/<service>/aws4_request, not "${credential}"`);
}

function parseScope(credential: string) {
  const [terminator, service, region, date, ...keyParts] = credential.split('/').reverse();
  if (terminator !== 'aws4_request' || !service || !region || !date || keyParts.length === 0) return undefined;
  return { accessKeyId: keyParts.reverse().join('/'), date, region, service };
}

function headerNames(list: string): string[] {
  const names = list.split(';');
  if (!names.includes('host')) throw incomplete('the header "host" must be signed');
  return names;
}

function expectedSignature(request: SignedRequest, stated: StatedSignature, secret: string): string {
  const canonical = canonicalRequest(request, { ...stated, presigned: stated.expiresSeconds !== undefined });
  const scope = `${stated.date}/${stated.region}/${stated.service}/aws4_request`;
  const stringToSign = [ALGORITHM, stated.timestamp, scope, hash('sha256', canonical)].join('\n');
  return hmac(signingKey(secret, scope), stringToSign).toString('hex');
}

function required(fields: Map<string, string>, name: string): string {
  const value = fields.get(name);
  if (!value) throw incomplete(`${name} is missing`);
  return value;
}

function header(request: SignedRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

function dateHeader(text: string | undefined): string {
  const time = new Date(text ?? '');
  if (Number.isNaN(time.getTime())) throw incomplete('X-Amz-Date is missing');
  return basicIsoTime(time);
}

/** S3 takes no header of its own that the signature does not cover; it always covers the hash of the body. */
function requireSigned(request: SignedRequest, signedHeaders: readonly string[]): void {
  const covered = [...signedHeaders, PAYLOAD_HASH_HEADER];
  const unsigned = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-') && !covered.includes(name));
  if (unsigned.length === 0) return;
  const message = 'There were headers present in the request which were not signed';
  throw new AwsError('AccessDenied', message, 403, { details: { HeadersNotSigned: unsigned.join(', ') } });
}
