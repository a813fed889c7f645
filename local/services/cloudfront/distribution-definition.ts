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

export type Origin =
  | { readonly type: 'bucket'; readonly bucket: string }
  /** The REST API. Its origin path names the stage, which the local API leaves out. */
  | { readonly type: 'api' };

/**
 * The behavior for a path, percent-encoded and without the query: the first whose pattern matches, else the default one.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
 */
export function behaviorFor({ behaviors, defaultBehavior }: DistributionDefinition, path: string): Behavior {
  return behaviors.find(({ pathPattern }) => patternExpression(pathPattern).test(path)) ?? defaultBehavior;
}

/** Patterns are case-sensitive, and their leading slash is optional. */
function patternExpression(pattern: string): RegExp {
  const escaped = pattern.replace(/^\//, '').replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^/${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}
