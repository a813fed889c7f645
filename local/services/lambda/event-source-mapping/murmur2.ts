/**
 * The partition that Java clients give a key: MurmurHash2 in 32 bits, as in Kafka's `Utils.murmur2` and `Utils.toPositive`.
 * The library's own computes with integers that grow with the key: one of 1 MB takes it ten minutes.
 *
 * @returns a number from 0 to 2^31 - 1, to be taken modulo the number of partitions
 */
export function hashOfKey(key: Buffer): number {
  const m = 0x5bd1e995;
  let hash = 0x9747b28c ^ key.length;
  const whole = key.length - (key.length % 4);
  for (let at = 0; at < whole; at += 4) {
    const part = Math.imul(key.readInt32LE(at), m);
    hash = Math.imul(hash, m) ^ Math.imul(part ^ (part >>> 24), m);
  }
  if (whole < key.length) hash = Math.imul(hash ^ key.readUIntLE(whole, key.length - whole), m);
  hash = Math.imul(hash ^ (hash >>> 13), m);
  return (hash ^ (hash >>> 15)) & 0x7fffffff;
}
