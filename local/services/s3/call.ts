import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { BodySignatures, Caller } from '../../aws-api/api-call.ts';
import { readApiBody } from '../../aws-api/request.ts';
import { ACCOUNT_ID, PARTITION } from '../../aws-identity.ts';
import { invalidArgument, noSuchBucket } from './errors.ts';
import { receiveBody } from './request-body.ts';
import type { Condition, ObjectStore } from './store/object-store.ts';

/** A call of an operation on a bucket or an object. */
export interface S3Call {
  readonly http: IncomingMessage;
  /** In lower case; those of a presigned URL's query included. */
  readonly headers: IncomingHttpHeaders;
  readonly query: ReadonlyMap<string, string>;
  /** Empty for an operation on the service. */
  readonly bucket: string;
  /** Empty for an operation on a bucket. */
  readonly key: string;
  readonly caller: Caller;
  /** Those that the body may carry. */
  readonly signatures: () => BodySignatures;
  readonly store: ObjectStore;
  readonly policyOf: PolicyOf;
}

/** The policy of a bucket; undefined when it has none. */
export type PolicyOf = (bucket: string) => unknown;

/** What an operation responds. */
export interface S3Response {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is XML. */
  readonly body?: string | Buffer | Readable;
}

/** Carries an operation out. @throws AwsError as the operation's page says */
export type Perform = (call: S3Call) => S3Response | Promise<S3Response>;

/** The canonical user id of the account, who owns everything. */
export const OWNER = { ID: createHash('sha256').update(ACCOUNT_ID).digest('hex') };

/** The ARN that an action applies to. */
export function resourceArn(bucket: string, key = ''): string {
  if (bucket === '') return '*';
  const arn = `arn:${PARTITION}:s3:::${bucket}`;
  return key === '' ? arn : `${arn}/${key}`;
}

/** @throws AwsError `NoSuchBucket` */
export function requireBucket(store: ObjectStore, bucket: string): void {
  if (!store.bucket(bucket)) throw noSuchBucket(bucket);
}

/** A condition of a write that also sees that the bucket still exists: it may have been deleted while the body arrived. */
export function inBucket({ store, bucket }: S3Call, condition: Condition = () => {}): Condition {
  return (current) => {
    requireBucket(store, bucket);
    condition(current);
  };
}

/** The XML document in the body of a request, verified as any body. Throws AwsError `RequestTooLargeException` above 6 MiB. */
export async function readDocument({ http, headers, store, signatures }: S3Call): Promise<string> {
  const receive: ObjectStore['receive'] = async (source) => {
    const bytes = await readApiBody(Readable.from(source, { objectMode: false }));
    return { size: bytes.length, bytes };
  };
  const { content } = await receiveBody(http, headers, { store, signatures, receive });
  return Buffer.from(content.bytes ?? []).toString('utf8');
}

/**
 * A whole number in the query, such as `max-keys`.
 *
 * @param limits values above `most` count as `most`
 * @throws AwsError `InvalidArgument` for anything else
 */
export function wholeNumber(
  query: S3Call['query'],
  name: string,
  { fallback, most = Number.MAX_SAFE_INTEGER }: { fallback: number; most?: number },
): number {
  const text = query.get(name);
  if (text === undefined || text === '') return fallback;
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text), most);
  throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, text);
}
