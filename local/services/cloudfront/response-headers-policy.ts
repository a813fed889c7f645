/** What a response headers policy of CloudFront does to answers, with every reference resolved. */
export interface ResponseHeadersPolicy {
  readonly added: readonly AddedHeader[];
  /** Names of headers of the origin that viewers do not get. */
  readonly removed: readonly string[];
}

export interface AddedHeader {
  readonly name: string;
  readonly value: string;
  /** Whether it replaces a header of this name that the origin sent; otherwise the origin's stays. */
  readonly override: boolean;
}

/**
 * The headers that a viewer gets: those of the origin, as the policy changes them.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
 */
export function withPolicy(
  origin: ReadonlyMap<string, readonly string[]>,
  policy: ResponseHeadersPolicy | undefined,
): ReadonlyMap<string, readonly string[]> {
  if (!policy) return origin;
  const sent = new Set([...origin.keys()].map((name) => name.toLowerCase()));
  const dropped = new Set(policy.removed.map((name) => name.toLowerCase()));
  const added = policy.added.filter(({ name, override }) => override || !sent.has(name.toLowerCase()));
  for (const { name } of added) dropped.add(name.toLowerCase());
  return new Map([
    ...[...origin].filter(([name]) => !dropped.has(name.toLowerCase())),
    ...added.map(({ name, value }) => [name, [value]] as const),
  ]);
}
