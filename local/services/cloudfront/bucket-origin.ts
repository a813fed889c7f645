import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { send } from '../../http/http-response.ts';
import type { ChangeHeaders, GetObject, StoredObject } from './distribution-definition.ts';
import { errorPage } from './error-page.ts';

export interface BucketRequest {
  readonly bucket: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly defaultRootObject: string | undefined;
  readonly getObject: GetObject;
  readonly changeHeaders: ChangeHeaders;
}

/** Answers with an object of the bucket, or 304 when the client has it already. */
export async function serveObject(
  request: IncomingMessage,
  response: ServerResponse,
  { bucket, path, defaultRootObject, getObject, changeHeaders }: BucketRequest,
): Promise<void> {
  const refuse = (statusCode: number, sentence: string) => {
    const page = errorPage(statusCode, sentence);
    send(response, request.method ?? '', { ...page, headers: changeHeaders(page.headers) });
  };
  const key = path === '/' ? (defaultRootObject ?? '') : decodedKey(path);
  if (key === undefined) return refuse(400, 'The path is not valid percent-encoding.');
  // No deployed file has a name that begins with a slash, and the local S3 server does not understand one.
  const object = key === '' || key.startsWith('/') ? undefined : await getObject(bucket, key);
  // Origin access control grants reading and not listing, and then S3 does not tell "missing" from "forbidden".
  if (!object) return refuse(403, 'Access denied: there is no such file.');

  const unchanged = object.etag !== undefined && clientHas(request.headers['if-none-match'], object.etag);
  const contentHeaders = [
    ['Content-Type', [object.contentType ?? 'binary/octet-stream']],
    ['Content-Length', [String(object.contentLength)]],
  ] as const;
  const headers = new Map([...cacheHeaders(object), ...(unchanged ? [] : contentHeaders)]);
  response.statusCode = unchanged ? 304 : 200;
  for (const [name, values] of changeHeaders(headers)) response.setHeader(name, values);

  const body = Readable.from(object.body);
  if (unchanged || request.method === 'HEAD') {
    body.destroy();
    response.end();
    return;
  }
  await pipeline(body, response);
}

function cacheHeaders({ etag, lastModified, cacheControl }: StoredObject): [name: string, values: readonly string[]][] {
  return [
    ...(etag ? [['ETag', [etag]] as [string, string[]]] : []),
    ...(lastModified ? [['Last-Modified', [lastModified.toUTCString()]] as [string, string[]]] : []),
    ...(cacheControl ? [['Cache-Control', [cacheControl]] as [string, string[]]] : []),
  ];
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
