import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { send } from '../../http/http-response.ts';
import type { Headers } from '../../http/reverse-proxy.ts';
import type { BucketOrigin } from './distribution-definition.ts';
import { errorPage } from './error-page.ts';

export interface StoredObject {
  readonly body: AsyncIterable<Uint8Array>;
  readonly contentLength: number;
  readonly contentType?: string;
  /** With its quotes. */
  readonly etag?: string;
  readonly lastModified?: Date;
  readonly cacheControl?: string;
}

/** Reads an object; undefined when there is none, or CloudFront may not read it. */
export type GetObject = (origin: BucketOrigin, key: string) => Promise<StoredObject | undefined>;

export interface ServeObjectOptions {
  readonly origin: BucketOrigin;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly defaultRootObject: string | undefined;
  readonly getObject: GetObject;
  readonly changeHeaders: (headers: Headers) => Headers;
}

/** Sends an object of the bucket, or 304 when the viewer has it already. */
export async function serveObject(
  request: IncomingMessage,
  response: ServerResponse,
  { origin, path, defaultRootObject, getObject, changeHeaders }: ServeObjectOptions,
): Promise<void> {
  const refuse = (statusCode: number, sentence: string) => {
    const page = errorPage(statusCode, sentence);
    send(response, { ...page, headers: changeHeaders(page.headers) });
  };
  const key = path === '/' ? (defaultRootObject ?? '') : decodedKey(path);
  if (key === undefined) return refuse(400, 'The path is not valid percent-encoding.');
  const object = key === '' ? undefined : await getObject(origin, key);
  // Origin access control grants reading and not listing, and then S3 does not tell "missing" from "forbidden".
  if (!object) return refuse(403, 'Access denied: there is no such file.');

  const unchanged = object.etag !== undefined && hasVersion(request.headers['if-none-match'], object.etag);
  response.statusCode = unchanged ? 304 : 200;
  const headers = new Map([...cacheHeaders(object), ...(unchanged ? [] : contentHeaders(object))]);
  for (const [name, values] of changeHeaders(headers)) response.setHeader(name, values);

  const body = Readable.from(object.body);
  if (unchanged || request.method === 'HEAD') {
    body.destroy();
    response.end();
    return;
  }
  await pipeline(body, response);
}

function cacheHeaders({ etag, lastModified, cacheControl }: StoredObject): [name: string, values: string[]][] {
  return [
    ...(etag ? [['ETag', [etag]] satisfies [string, string[]]] : []),
    ...(lastModified ? [['Last-Modified', [lastModified.toUTCString()]] satisfies [string, string[]]] : []),
    ...(cacheControl ? [['Cache-Control', [cacheControl]] satisfies [string, string[]]] : []),
  ];
}

function contentHeaders({ contentType, contentLength }: StoredObject): [name: string, values: string[]][] {
  return [
    ['Content-Type', [contentType ?? 'binary/octet-stream']],
    ['Content-Length', [String(contentLength)]],
  ];
}

function decodedKey(path: string): string | undefined {
  try {
    return decodeURIComponent(path.slice(1));
  } catch {
    return undefined;
  }
}

function hasVersion(ifNoneMatch: string | undefined, etag: string): boolean {
  const known = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return known.includes(etag) || known.includes('*');
}
