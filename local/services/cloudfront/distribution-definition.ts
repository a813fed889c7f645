import type { ResponseHeadersPolicy } from './response-headers-policy.ts';

/** A CloudFront distribution as its template describes it, with every reference resolved. */
export interface DistributionDefinition {
  /** Key of the object to serve for `/`. */
  readonly defaultRootObject?: string;
  readonly defaultBehavior: Behavior;
  readonly behaviors: readonly (Behavior & {
    /** `/api/*`: `*` stands for any number of characters, `?` for one. */
    readonly pathPattern: string;
  })[];
}

export interface Behavior {
  readonly origin: Origin;
  readonly allowedMethods: readonly string[];
  readonly responseHeadersPolicy?: ResponseHeadersPolicy;
}

export interface BucketOrigin {
  readonly type: 'bucket';
  readonly bucket: string;
  /** The ARN of the distribution in whose name CloudFront reads, by an origin access control; without one it reads as anybody. */
  readonly signedFor?: string;
}

export type Origin =
  | BucketOrigin
  /** A REST API. Its origin path names the stage, which the local API leaves out. */
  | { readonly type: 'api'; readonly restApiId: string };

/**
 * The behavior for a path, percent-encoded and without the query: the first whose pattern matches, else the default one.
 * The path is normalized for this, as RFC 3986 has it, and goes to the origin as it was sent.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
 */
export function behaviorFor({ behaviors, defaultBehavior }: DistributionDefinition, path: string): Behavior {
  const normalized = normalizedPath(path);
  return behaviors.find(({ pathPattern }) => patternExpression(pathPattern).test(normalized)) ?? defaultBehavior;
}

/** RFC 3986, section 6.2.2: without dot segments, and without the encoding of letters, digits and `-._~`. */
function normalizedPath(path: string): string {
  const decoded = path.replace(/%[0-9a-f]{2}/gi, (encoded) => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : encoded.toUpperCase();
  });
  // A URL would take a backslash for a slash.
  return new URL(`http://site${decoded.replaceAll('\\', '%5C')}`).pathname;
}

/** Patterns are case-sensitive, and their leading slash is optional. */
function patternExpression(pattern: string): RegExp {
  const escaped = pattern.replace(/^\//, '').replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^/${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}
