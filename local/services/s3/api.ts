import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Caller, StreamingApi } from '../../aws-api/api-call.ts';
import { AwsError } from '../../aws-api/aws-error.ts';
import { s3Xml } from '../../aws-api/protocols.ts';
import { readAddress, readCopySource, type S3Address, storePath } from './address.ts';
import { readDeleteObjects } from './delete-objects.ts';
import { actionOf, resourceArn } from './operations.ts';
import { requestBody, storedContentEncoding } from './request-body.ts';
import { StoreConnection, type StoreRequest } from './store-connection.ts';

/** Headers of the connection and of the signature, which do not concern the store. */
const NOT_FORWARDED = new Set(
  (
    'host connection keep-alive transfer-encoding te trailer upgrade expect authorization content-length content-encoding ' +
    'x-amz-algorithm x-amz-credential x-amz-expires x-amz-signedheaders x-amz-signature x-amz-security-token ' +
    'x-amz-content-sha256 x-amz-decoded-content-length x-amz-trailer'
  ).split(' '),
);
/** Headers of a presigned URL, and the SDK's name of the operation. */
const NOT_FORWARDED_PARAMETER = /^(x-amz-.*|x-id)$/i;
const OVERRIDE =
  /^response-(content-type|content-language|expires|cache-control|content-disposition|content-encoding)$/;

/** S3 in front of a store without permissions: decides whether a call may pass, and streams it through. */
export class S3Api implements StreamingApi {
  readonly signingName = 's3';
  readonly protocol = s3Xml;
  readonly #store: StoreConnection;

  constructor(storeUrl: string) {
    this.#store = new StoreConnection(storeUrl);
  }

  async stream(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void> {
    const address = readAddress(request);
    const action = actionOf(request.method ?? '', address);
    if (action !== undefined) caller.requireAccess(action, resourceArn(address));
    refuseConditionalWrite(request);
    const stored = await this.#store.send(await this.#storeRequest(request, address, caller));
    if (stored.statusCode === 404 && action === 's3:GetObject' && address.bucket !== undefined) {
      // Whoever may not list a bucket must not learn which keys it lacks.
      if (!caller.mayDo('s3:ListBucket', resourceArn({ bucket: address.bucket }))) {
        stored.resume();
        throw new AwsError('AccessDenied', 'Access Denied', 403);
      }
    }
    await sendOn(stored, response, overrides(address));
  }

  async streamPreflight(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = storePath(readAddress(request));
    await sendOn(await this.#store.send({ method: 'OPTIONS', path, headers: forwarded(request, []) }), response, {});
  }

  close(): void {
    this.#store.close();
  }

  async #storeRequest(request: IncomingMessage, address: S3Address, caller: Caller): Promise<StoreRequest> {
    const method = request.method ?? '';
    const query = address.query.filter(([name]) => !NOT_FORWARDED_PARAMETER.test(name) && !OVERRIDE.test(name));
    const path = storePath(address, query);
    const headers = forwarded(request, address.query);
    if (method === 'POST' && query.some(([name]) => name === 'delete')) {
      const { keys, body } = await readDeleteObjects(request);
      for (const key of keys) caller.requireAccess('s3:DeleteObject', resourceArn({ ...address, key }));
      return { method, path, body, headers: { 'content-type': 'application/xml', 'content-length': body.length } };
    }
    const copySource = headers['x-amz-copy-source'];
    if (typeof copySource === 'string') {
      const source = readCopySource(copySource);
      caller.requireAccess('s3:GetObject', resourceArn(source));
      headers['x-amz-copy-source'] = encodeURI(`/${source.bucket}/${source.key}`);
    }
    const body = requestBody(request);
    const encoding = storedContentEncoding(request.headers);
    if (body?.length !== undefined) headers['content-length'] = body.length;
    if (encoding !== undefined) headers['content-encoding'] = encoding;
    return { method, path, headers, body: body?.stream };
  }
}

/** The store would ignore the condition and write. */
function refuseConditionalWrite({ method = '', headers }: IncomingMessage): void {
  const conditional = headers['if-match'] !== undefined || headers['if-none-match'] !== undefined;
  if (conditional && !['GET', 'HEAD'].includes(method)) {
    throw new AwsError('UnknownOperation', 'The local S3 does not support conditional writes.');
  }
}

/** A presigned URL carries `x-amz-` headers in its query. */
function forwarded(request: IncomingMessage, query: S3Address['query']): OutgoingHttpHeaders {
  const inQuery = query
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => name.startsWith('x-amz-'));
  const all = [...Object.entries(request.headers), ...inQuery];
  return Object.fromEntries(all.filter(([name]) => !NOT_FORWARDED.has(name)));
}

/** Query parameters such as `response-content-type` set headers of the response. */
function overrides({ query }: S3Address): OutgoingHttpHeaders {
  return Object.fromEntries(
    query.filter(([name]) => OVERRIDE.test(name)).map(([name, value]) => [name.slice('response-'.length), value]),
  );
}

async function sendOn(stored: IncomingMessage, response: ServerResponse, changed: OutgoingHttpHeaders): Promise<void> {
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...headers } = stored.headers;
  const status = stored.statusCode ?? 502;
  response.writeHead(status, status < 300 ? { ...headers, ...changed } : headers);
  await pipeline(stored, response);
}
