import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import { Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';
import { AwsError } from '../../aws-api/aws-error.ts';
import { combineCrcs, isCrc } from './crc-combination.ts';

/** The checksum algorithms that this S3 has. https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
export const ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** Of the whole object, or of the checksums of its parts. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** An object's checksum, as clients are told it. */
export interface Checksum {
  readonly algorithm: Algorithm;
  readonly type: ChecksumType;
  /** Base64; a composite one ends with a hyphen and the number of parts. */
  readonly value: string;
}

/** What objects get that come without a checksum. */
export const DEFAULT_ALGORITHM = 'CRC64NVME';

const DIGEST_BYTES: Readonly<Record<Algorithm, number>> = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 };
const HEADER_PREFIX = 'x-amz-checksum-';
const NO_ALGORITHM = new Set(['x-amz-checksum-algorithm', 'x-amz-checksum-mode', 'x-amz-checksum-type']);

/** Hashes bytes piece by piece. */
export interface Hash {
  update(bytes: Uint8Array): void;
  /** May be called once. */
  digest(): Promise<Uint8Array> | Uint8Array;
}

/** What bytes are hashed by: MD5 gives the entity tag. */
export type HashAlgorithm = Algorithm | 'MD5';

/** A hash to feed bytes to. */
export function newHash(algorithm: HashAlgorithm): Hash {
  switch (algorithm) {
    case 'CRC32':
      return new Crc32();
    case 'CRC32C':
      return new Crc32c();
    case 'CRC64NVME':
      return new Crc64Nvme();
    default: {
      const hash = createHash(algorithm.toLowerCase());
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
    }
  }
}

class Crc32 implements Hash {
  #value = 0;

  update(bytes: Uint8Array): void {
    this.#value = crc32(bytes, this.#value);
  }

  digest(): Uint8Array {
    const bytes = Buffer.alloc(DIGEST_BYTES.CRC32);
    bytes.writeUInt32BE(this.#value);
    return bytes;
  }
}

/** The header, and the trailer, of an algorithm's checksum. */
export function checksumHeader(algorithm: Algorithm): string {
  return HEADER_PREFIX + algorithm.toLowerCase();
}

/** The headers that tell a client an object's checksum. */
export function checksumHeaders({ algorithm, type, value }: Checksum): Record<string, string> {
  return { [checksumHeader(algorithm)]: value, 'x-amz-checksum-type': type };
}

/** The XML elements that tell it. */
export function checksumElements({ algorithm, type, value }: Checksum): Record<string, string> {
  return { [`Checksum${algorithm}`]: value, ChecksumType: type };
}

/** @throws AwsError `InvalidRequest` for an unknown one; undefined for undefined */
export function algorithmNamed(name: string | undefined): Algorithm | undefined {
  if (name === undefined) return undefined;
  const known = ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
  if (known) return known;
  const valid = `Please try again with any of the valid types: [${ALGORITHMS.join(', ')}]`;
  throw new AwsError('InvalidRequest', `Checksum algorithm provided is unsupported. ${valid}`);
}

/**
 * The checksum that a client states in the headers or the trailers of a request.
 *
 * @throws AwsError `InvalidRequest` for more than one, for an unknown algorithm, and for a value that cannot be one
 */
export function statedChecksum(
  headers: IncomingHttpHeaders | Readonly<Record<string, string>>,
): { algorithm: Algorithm; value: string } | undefined {
  const names = Object.keys(headers).filter((name) => name.startsWith(HEADER_PREFIX) && !NO_ALGORITHM.has(name));
  if (names.length > 1) {
    throw new AwsError(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  const [name] = names;
  const algorithm = algorithmNamed(name?.slice(HEADER_PREFIX.length));
  if (name === undefined || algorithm === undefined) return undefined;
  const value = String(headers[name]);
  if (!isChecksum(algorithm, value)) throw new AwsError('InvalidRequest', `Value for ${name} header is invalid.`);
  return { algorithm, value };
}

function isChecksum(algorithm: Algorithm, text: string): boolean {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === DIGEST_BYTES[algorithm] && bytes.toString('base64') === text;
}

/** The checksum of bytes that are all there. */
export async function fullChecksum(algorithm: Algorithm, bytes: Uint8Array): Promise<Checksum> {
  const hash = newHash(algorithm);
  hash.update(bytes);
  return { algorithm, type: 'FULL_OBJECT', value: Buffer.from(await hash.digest()).toString('base64') };
}

/** The checksum of an object from those of its parts, in order. */
export async function checksumOfParts(
  { algorithm, type }: Pick<Checksum, 'algorithm' | 'type'>,
  parts: readonly { readonly checksum: string; readonly size: number }[],
): Promise<Checksum> {
  const digests = parts.map(({ checksum, size }) => ({ digest: Buffer.from(checksum, 'base64'), size }));
  if (type === 'FULL_OBJECT' && isCrc(algorithm)) {
    return { algorithm, type, value: combineCrcs(algorithm, digests).toString('base64') };
  }
  const hash = newHash(algorithm);
  for (const { digest } of digests) hash.update(digest);
  const value = Buffer.from(await hash.digest()).toString('base64');
  return { algorithm, type, value: `${value}-${parts.length}` };
}
