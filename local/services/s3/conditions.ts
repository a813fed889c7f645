import type { IncomingHttpHeaders } from 'node:http';
import type { AwsError } from '../../aws-api/aws-error.ts';
import { headerNotImplemented, noSuchKey, preconditionFailed } from './errors.ts';
import type { Condition } from './store/object-store.ts';
import type { StoredObject } from './store/stored.ts';

type Version = Pick<StoredObject, 'etag' | 'modified'>;

/** A condition that does not hold, and what that means for a GET. */
interface Failure {
  readonly header: string;
  readonly status: 304 | 412;
}

/**
 * Whether the conditions of a GET or HEAD hold for an object, in the order of RFC 9110, section 13.2.2: a date does not count
 * beside entity tags of the same sense.
 *
 * @returns false when the client has the object already, which it is told with 304
 * @throws AwsError `PreconditionFailed`
 */
export function meetsReadConditions(headers: IncomingHttpHeaders, object: Version): boolean {
  const failure = failureOf('', headers, object);
  if (failure?.status === 412) throw preconditionFailed(failure.header);
  return failure === undefined;
}

/** @throws AwsError `PreconditionFailed` when the source of a copy is not the wanted version */
export function requireCopySource(headers: IncomingHttpHeaders, source: Version): void {
  const failure = failureOf('x-amz-copy-source-', headers, source);
  if (failure) throw preconditionFailed(failure.header);
}

function failureOf(prefix: string, headers: IncomingHttpHeaders, { etag, modified }: Version): Failure | undefined {
  const header = (name: string) => headers[`${prefix}${name.toLowerCase()}`] as string | undefined;
  const failed = (name: string, status: Failure['status']) => ({ header: `${prefix}${name}`, status });

  const match = header('If-Match');
  const unmodifiedSince = dateOf(header('If-Unmodified-Since'));
  if (match !== undefined) {
    if (!matches(match, etag, 'strong')) return failed('If-Match', 412);
  } else if (unmodifiedSince && modified > unmodifiedSince) return failed('If-Unmodified-Since', 412);

  const noneMatch = header('If-None-Match');
  const modifiedSince = dateOf(header('If-Modified-Since'));
  if (noneMatch !== undefined) {
    if (matches(noneMatch, etag, 'weak')) return failed('If-None-Match', 304);
    // A date in the future does not count.
  } else if (modifiedSince && modifiedSince.getTime() <= Date.now() && modified <= modifiedSince) {
    return failed('If-Modified-Since', 304);
  }
  return undefined;
}

/** Whether a range may be served: RFC 9110, section 13.1.5. True without an `If-Range`. */
export function meetsIfRange(header: string | undefined, { etag, modified }: Version): boolean {
  if (header === undefined) return true;
  return /^(W\/)?"/.test(header) ? matches(header, etag, 'strong') : dateOf(header)?.getTime() === modified.getTime();
}

/**
 * The condition of a write, to be decided in the moment of the write. S3 takes `If-None-Match: *` and `If-Match` with one
 * entity tag. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 *
 * @throws AwsError `NotImplemented` for any other
 */
export function writeCondition(headers: IncomingHttpHeaders, key: string): Condition {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (match !== undefined && noneMatch !== undefined) {
    throw headerNotImplemented('If-Match,If-None-Match', 'Multiple conditional request headers present in the request');
  }
  if (match?.trim() === '*') throw refusedValue('If-Match');
  if (noneMatch !== undefined && noneMatch.trim() !== '*') throw refusedValue('If-None-Match');
  return (current) => {
    if (noneMatch !== undefined && current) throw preconditionFailed('If-None-Match');
    if (match === undefined) return;
    if (!current) throw noSuchKey(key);
    if (!matches(match, current.etag, 'strong')) throw preconditionFailed('If-Match');
  };
}

/**
 * The condition of a deletion: an entity tag, or `*` for any object.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
 */
export function deleteCondition(match: string | undefined, key: string): Condition {
  return (current) => {
    if (match === undefined) return;
    if (!current) throw noSuchKey(key);
    if (!matches(match, current.etag, 'strong')) throw preconditionFailed('If-Match');
  };
}

/** Whether a list of entity tags has this one. Clients may leave the quotes out. */
function matches(list: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  return list.split(',').some((item) => {
    const tag = item.trim();
    if (tag === '*') return true;
    if (comparison === 'strong' && tag.startsWith('W/')) return false;
    return tag.replace(/^W\//, '').replace(/^"(.*)"$/, '$1') === etag;
  });
}

/** Undefined for a date that cannot be read, which RFC 9110 tells servers to ignore. */
function dateOf(header: string | undefined): Date | undefined {
  const date = new Date(header ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function refusedValue(header: string): AwsError {
  return headerNotImplemented(header, `We don't accept the provided value of ${header} header for this API`);
}
