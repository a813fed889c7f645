import type { Behavior, DistributionDefinition } from './distribution-definition.ts';

/**
 * The behavior that a request falls under: the first whose pattern matches, else the default one.
 *
 * @param path percent-encoded, without the query
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
 */
export function behaviorFor(definition: DistributionDefinition, path: string): Behavior {
  return (
    definition.behaviors.find(({ pathPattern }) => patternExpression(pathPattern).test(path)) ??
    definition.defaultBehavior
  );
}

/** Patterns are case-sensitive, and a leading slash is optional in them. */
function patternExpression(pattern: string): RegExp {
  const escaped = pattern.replace(/^\//, '').replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^/${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}
