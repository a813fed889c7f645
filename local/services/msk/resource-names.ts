/**
 * The names that a pattern of a policy leaves open behind a given beginning: of `topic/*` behind `topic/shop/1/` it is `*`,
 * of `*:topic/shop/1/sales-*` it is `sales-*`. A pattern may have several readings, and each is returned.
 *
 * @param pattern an ARN with the wildcards `*` and `?`; a policy variable counts as `*`
 * @returns patterns of names; none when no name with that beginning can match
 */
export function namesBehind(beginning: string, pattern: string): string[] {
  const glob = pattern.replace(/\$\{[^}]*\}/g, '*');
  let positions = new Set([0]);
  for (const character of beginning) {
    const next = new Set<number>();
    for (const position of withSkippedStars(glob, positions)) {
      if (glob[position] === '*') next.add(position);
      else if (glob[position] === '?' || glob[position] === character) next.add(position + 1);
    }
    positions = next;
  }
  return [...positions].map((position) => glob.slice(position)).filter((names) => names !== '');
}

/** A `*` may stand for nothing. */
function withSkippedStars(glob: string, positions: Iterable<number>): Set<number> {
  const all = new Set(positions);
  for (const position of all) if (glob[position] === '*') all.add(position + 1);
  return all;
}

/** Whether a name matches a pattern with the wildcards `*` and `?`. */
export function matchesName(pattern: string, name: string): boolean {
  const expression = RegExp.escape(pattern).replaceAll('\\*', '.*').replaceAll('\\?', '.');
  return new RegExp(`^${expression}$`, 's').test(name);
}
