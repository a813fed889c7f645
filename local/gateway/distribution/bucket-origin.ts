import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { GetObject } from './distribution-definition.ts';
import { sendError } from './error-page.ts';

export interface BucketRequest {
  readonly bucket: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly defaultRootObject: string | undefined;
  readonly getObject: GetObject;
}

/** Answers with an object of the bucket, or 304 when the client has it already. */
export async function answerFromBucket(
  request: IncomingMessage,
  response: ServerResponse,
  { bucket, path, defaultRootObject, getObject }: BucketRequest,
): Promise<void> {
  const key = path === '/' ? (defaultRootObject ?? '') : decodedKey(path);
  if (key === undefined) return sendError(response, 400, 'The path is not valid percent-encoding.');
  const object = key === '' ? undefined : await getObject(bucket, key);
  // Origin access control grants reading and not listing, and then S3 does not tell "missing" from "forbidden".
  if (!object) return sendError(response, 403, 'Access denied: there is no such file.');

  if (object.etag) response.setHeader('ETag', object.etag);
  if (object.lastModified) response.setHeader('Last-Modified', object.lastModified.toUTCString());
  if (object.cacheControl) response.setHeader('Cache-Control', object.cacheControl);
  const body = Readable.from(object.body);
  if (object.etag && clientHas(request.headers['if-none-match'], object.etag)) {
    body.destroy();
    response.writeHead(304).end();
    return;
  }
  response.setHeader('Content-Type', object.contentType ?? 'binary/octet-stream');
  response.setHeader('Content-Length', object.contentLength);
  if (request.method === 'HEAD') {
    body.destroy();
    response.end();
    return;
  }
  await pipeline(body, response);
}

function decodedKey(path: string): string | undefined {
  try {
    return decodeURIComponent(path.slice(1));
  } catch {
    return undefined;
  }
}

function clientHas(ifNoneMatch: string | undefined, etag: string): boolean {
  const known = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return known.includes(etag) || known.includes('*');
}
