import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AccessDetails, BodySignatures, Caller, Identify, StreamingApi } from '../../aws-api/api-call.ts';
import { AwsError } from '../../aws-api/aws-error.ts';
import { requestIds, s3Xml } from '../../aws-api/protocols.ts';
import { ACCOUNT_ID } from '../../aws-identity.ts';
import { readAddress, requireVersion, type S3Address } from './address.ts';
import { type PolicyOf, requireBucket, resourceArn, type S3Response } from './call.ts';
import { type CorsRule, corsHeaders, preflightHeaders } from './cors.ts';
import { asReceived } from './description.ts';
import { isForm } from './form.ts';
import type { Hold } from './hold.ts';
import { createBucket, listBuckets } from './operations/buckets.ts';
import { postObject } from './operations/post-object.ts';
import { operationOf } from './operations.ts';
import type { ObjectStore } from './store/object-store.ts';
import { actionOn } from './version-actions.ts';

/** The operations that need no bucket. */
const WITHOUT_BUCKET = new Set([createBucket, listBuckets]);

/** S3's REST API: finds the operation of each request, decides whether the caller may do it, and does it. */
export class S3Api implements StreamingApi {
  readonly signingName = 's3';
  readonly protocol = s3Xml;
  readonly #store: ObjectStore;
  readonly #hold: Hold;
  readonly #policyOf: PolicyOf;

  constructor(store: ObjectStore, { hold, policyOf }: { hold: Hold; policyOf: PolicyOf }) {
    this.#store = store;
    this.#hold = hold;
    this.#policyOf = policyOf;
  }

  async stream(
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
    signatures: () => BodySignatures,
  ): Promise<void> {
    await this.#hold.over(() => !response.destroyed);
    if (response.destroyed) return;
    const { query, ...address } = readAddress(request);
    const { bucket, key } = address;
    const { action, perform } = operationOf(request.method ?? '', address, query.keys());
    // S3 tells everybody that a bucket does not exist.
    if (!WITHOUT_BUCKET.has(perform)) requireBucket(this.#store, bucket);
    const version = query.get('versionId');
    if (action !== undefined) {
      caller.requireAccess(actionOn(version, action), resourceArn(bucket, key), { context: contextOf(query) });
    }
    requireVersion(version);
    const headers = allHeaders(request, query);
    requireOwner(headers);
    const body = { http: request, headers, signatures };
    const call = { ...body, query, bucket, key, caller, store: this.#store, policyOf: this.#policyOf };
    const result = await perform(call);
    const cors = corsHeaders(this.#rules(bucket) ?? [], headers, request.method ?? '');
    await send(response, { ...result, headers: { ...result.headers, ...cors } });
  }

  streamUnsigned(request: IncomingMessage, response: ServerResponse, identify: Identify): Promise<void> | undefined {
    if (request.method === 'OPTIONS') return this.#preflight(request, response);
    return isForm(request) ? this.#postObject(request, response, identify) : undefined;
  }

  async #postObject(request: IncomingMessage, response: ServerResponse, identify: Identify): Promise<void> {
    await this.#hold.over(() => !response.destroyed);
    if (response.destroyed) return;
    const { bucket } = readAddress(request);
    const result = await postObject(request, bucket, { store: this.#store, identify });
    const cors = corsHeaders(this.#rules(bucket) ?? [], request.headers, 'POST');
    await send(response, { ...result, headers: { ...result.headers, ...cors } });
  }

  async #preflight(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { bucket, key } = readAddress(request);
    const headers = preflightHeaders(this.#rules(bucket), request.headers, key === '' ? 'BUCKET' : 'OBJECT');
    await send(response, { headers });
  }

  #rules(bucket: string): CorsRule[] | undefined {
    return this.#store.setting(bucket, 'cors') as CorsRule[] | undefined;
  }
}

/** The condition keys of lists. https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html */
function contextOf(query: S3Address['query']): NonNullable<AccessDetails['context']> {
  return Object.fromEntries(['prefix', 'delimiter', 'max-keys'].map((name) => [`s3:${name}`, query.get(name)]));
}

/** S3 ignores them in a URL: the JavaScript SDK puts those of an empty body there (github.com/localstack/localstack/issues/12169). */
const CHECKSUM = /^x-amz-(sdk-)?checksum-/i;

/** A presigned URL carries `x-amz-` headers in its query. Values are in latin1, as Node reads them from a request. */
function allHeaders(request: IncomingMessage, query: S3Address['query']): IncomingHttpHeaders {
  const inQuery = [...query]
    .filter(([name]) => /^x-amz-/i.test(name) && !CHECKSUM.test(name))
    .map(([name, value]) => [name.toLowerCase(), asReceived(value)]);
  return inQuery.length === 0 ? request.headers : { ...request.headers, ...Object.fromEntries(inQuery) };
}

/** @throws AwsError `AccessDenied` when the client expects the bucket to belong to another account */
function requireOwner(headers: IncomingHttpHeaders): void {
  const expected = headers['x-amz-expected-bucket-owner'];
  if (expected !== undefined && expected !== ACCOUNT_ID) throw new AwsError('AccessDenied', 'Access Denied', 403);
}

async function send(response: ServerResponse, { status = 200, headers = {}, body }: S3Response): Promise<void> {
  const { 'content-length': stated, ...others } = headers;
  const length = stated ?? (body instanceof Readable ? undefined : String(Buffer.byteLength(body ?? '')));
  response.writeHead(status, {
    ...requestIds(),
    ...(typeof body === 'string' ? { 'content-type': 'application/xml' } : {}),
    ...others,
    // Last: after a length, Node does not take letters of ISO 8859-1 in `content-disposition`.
    ...(length === undefined || status === 204 || status === 304 ? {} : { 'content-length': length }),
  });
  if (body instanceof Readable) await pipeline(body, response);
  else response.end(body);
}
