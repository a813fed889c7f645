import type { ResponseHeadersPolicy } from './response-headers-policy.ts';

/** A CloudFront distribution as its template describes it, with every reference resolved. */
export interface DistributionDefinition {
  /** File of the bucket that answers a request for `/`. */
  readonly defaultRootObject?: string;
  readonly defaultBehavior: Behavior;
  /** Tried in order; the first whose pattern matches the path wins. */
  readonly behaviors: readonly (Behavior & {
    /** `/api/*`: `*` stands for any number of characters, `?` for one. */
    readonly pathPattern: string;
  })[];
}

export interface Behavior {
  readonly origin: Origin;
  /** Methods that are passed on; others are refused. CloudFront's default is GET and HEAD. */
  readonly allowedMethods: readonly string[];
  readonly responseHeadersPolicy?: ResponseHeadersPolicy;
}

export type Origin =
  | { readonly type: 'bucket'; readonly bucket: string }
  /** The REST API. The origin path, which names the stage, has no counterpart: the local API stands at the root. */
  | { readonly type: 'api' };

/** An object of a bucket, as far as the distribution needs it. */
export interface StoredObject {
  readonly body: AsyncIterable<Uint8Array>;
  readonly contentLength: number;
  readonly contentType?: string;
  /** With its quotes. */
  readonly etag?: string;
  readonly lastModified?: Date;
  readonly cacheControl?: string;
}

/** Reads an object; undefined when there is none. */
export type GetObject = (bucket: string, key: string) => Promise<StoredObject | undefined>;

/** The headers of an origin's answer, by name, as the viewer is to get them. */
export type ChangeHeaders = (headers: ReadonlyMap<string, readonly string[]>) => ReadonlyMap<string, readonly string[]>;
