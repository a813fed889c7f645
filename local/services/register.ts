/** By map and key: who has put the value that is there. */
const owners = new WeakMap<object, Map<unknown, symbol>>();

/**
 * Puts a resource's declaration into a map, in place of what is there.
 *
 * @returns takes it out again, unless another one has taken its place, and tells whether it was there
 */
export function register<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): () => boolean {
  const owner = Symbol('owner');
  const known = owners.get(map) ?? new Map<unknown, symbol>();
  owners.set(map, known.set(key, owner));
  map.set(key, value);
  return () => known.get(key) === owner && map.delete(key);
}
