/** A source of random numbers that gives the same ones for the same seed. */
export interface Random {
  /** A whole number, 0 <= x < `limit`. */
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
}

/**
 * The generator mulberry32: enough for a schedule, small enough to read.
 *
 * @param seed a whole number, 0 to 2^32 - 1
 * @returns gives numbers 0 <= x < 1
 */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param seed as for {@link mulberry32} */
export function seededRandom(seed: number): Random {
  const next = mulberry32(seed);
  const below = (limit: number) => Math.floor(next() * limit);
  return { below, pick: <T>(from: readonly T[]) => from[below(from.length)] as T };
}
