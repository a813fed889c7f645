/** The polynomials in the reflected form, without their highest term, which all three checksums use. */
const POLYNOMIALS = {
  CRC32: { bits: 32, polynomial: 0xedb88320n },
  CRC32C: { bits: 32, polynomial: 0x82f63b78n },
  CRC64NVME: { bits: 64, polynomial: 0x9a6c9329ac4bc9b5n },
} as const;

export type CrcAlgorithm = keyof typeof POLYNOMIALS;

/** Whether a checksum is a CRC, so that those of parts can be combined. */
export function isCrc(algorithm: string): algorithm is CrcAlgorithm {
  return algorithm in POLYNOMIALS;
}

/**
 * The CRC of bytes that follow each other, from the CRCs and sizes of the pieces: a CRC is a remainder of polynomials, so
 * appending n bytes multiplies it by x^(8n).
 */
export function combineCrcs(
  algorithm: CrcAlgorithm,
  pieces: readonly { readonly digest: Uint8Array; readonly size: number }[],
): Buffer {
  const { bits, polynomial } = POLYNOMIALS[algorithm];
  const multiply = (a: bigint, b: bigint) => product(a, b, bits, polynomial);
  const one = 1n << BigInt(bits - 1);
  const shiftBy = (bytes: number) => {
    let shift = one;
    for (let [power, rest] = [one >> 8n, bytes]; rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) shift = multiply(shift, power);
      power = multiply(power, power);
    }
    return shift;
  };
  // Most parts of an upload have the same size.
  const shifts = new Map<number, bigint>();
  let crc = 0n;
  for (const { digest, size } of pieces) {
    const shift = shifts.get(size) ?? shiftBy(size);
    shifts.set(size, shift);
    crc = multiply(crc, shift) ^ BigInt(`0x${Buffer.from(digest).toString('hex')}`);
  }
  return Buffer.from(crc.toString(16).padStart(bits / 4, '0'), 'hex');
}

/** The product of two polynomials modulo a third, with the coefficient of x^0 in the highest bit. */
function product(a: bigint, b: bigint, bits: number, polynomial: bigint): bigint {
  let result = 0n;
  let factor = b;
  for (let bit = 1n << BigInt(bits - 1); bit > 0n; bit >>= 1n) {
    if ((a & bit) !== 0n) result ^= factor;
    factor = (factor & 1n) === 1n ? (factor >> 1n) ^ polynomial : factor >> 1n;
  }
  return result;
}
