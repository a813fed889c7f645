import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { BodySignatures } from '../../aws-api/api-call.ts';
import { AwsError } from '../../aws-api/aws-error.ts';
import { PAYLOAD_HASH_HEADER } from '../../aws-api/request.ts';
import {
  type Algorithm,
  algorithmNamed,
  type Checksum,
  checksumHeader,
  DEFAULT_ALGORITHM,
  type Hash,
  type HashAlgorithm,
  newHash,
  statedChecksum,
} from './checksums.ts';
import { ChunkedBodyDecoder, malformedTrailer } from './chunked-body.ts';
import { headerNotImplemented, invalidArgument } from './errors.ts';
import type { ObjectStore } from './store/object-store.ts';
import type { Content } from './store/stored.ts';

const UNSIGNED = 'UNSIGNED-PAYLOAD';
/** By its payload hash, whether a body is coded and its chunks and trailers signed. Asymmetric signatures are not supported. */
const STREAMED: Readonly<Record<string, { readonly signed: boolean; readonly trailers: boolean }>> = {
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { signed: false, trailers: true },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { signed: true, trailers: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { signed: true, trailers: true },
};

const MAX_PUT_BYTES = 5 * 1024 ** 3;

/** A body that has arrived whole, and is what its sender says. */
export interface ReceivedBody {
  readonly content: Content;
  /** The MD5 in hex. */
  readonly etag: string;
  readonly checksum: Checksum;
  /** The algorithm of the checksum that the client stated. */
  readonly stated: Algorithm | undefined;
}

interface Receiving {
  readonly store: ObjectStore;
  /** Of the checksum to return; the one that the client states, or S3's default, when left out. */
  readonly algorithm?: Algorithm;
  /** Where the bytes go; the store decides when left out. */
  readonly receive?: ObjectStore['receive'];
}

/** The body of the request with the signatures that it may carry, or other bytes in its place. */
export type ReceiveOptions = Receiving &
  (
    | { readonly signatures: () => BodySignatures; readonly source?: never }
    | { readonly source: AsyncIterable<Buffer>; readonly signatures?: never }
  );

/**
 * Takes in the body of a request: decoded from `aws-chunked`, hashed while it arrives, and compared with every hash and
 * checksum that the client states in headers or trailers.
 *
 * @throws AwsError when the body is not what it should be; then nothing is kept
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
export async function receiveBody(
  request: IncomingMessage,
  headers: IncomingHttpHeaders,
  { store, algorithm, source, signatures, receive = (bytes) => store.receive(bytes) }: ReceiveOptions,
): Promise<ReceivedBody> {
  const { length, decoder, sha256 }: Framing = signatures ? framing(headers, signatures) : { length: 0 };
  if (length > MAX_PUT_BYTES) {
    throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
  }
  const inHeader = statedChecksum(headers);
  const inTrailer = announcedTrailer(headers);
  const stated = inHeader?.algorithm ?? inTrailer;
  requireAnnounced(headers, stated);
  const contentMd5 = statedMd5(headers);
  const kept = algorithm ?? stated ?? DEFAULT_ALGORITHM;
  const hashes = new Hashes(['MD5', kept, ...(stated ? [stated] : []), ...(sha256 ? ['SHA256' as const] : [])]);
  // Destroying the request would close the connection that a refusal has to go over.
  const raw = source ?? (request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>);
  const content = await receive(hashes.over(decoder?.decode(raw) ?? raw));
  try {
    const digests = await hashes.digests();
    const [md5, value] = [digests.get('MD5'), digests.get(kept)?.toString('base64') ?? ''];
    if (sha256 !== undefined) requirePayload(sha256, digests.get('SHA256')?.toString('hex') ?? '');
    if (contentMd5 !== undefined && !md5?.equals(contentMd5)) {
      const details = {
        ExpectedDigest: contentMd5.toString('base64'),
        CalculatedDigest: md5?.toString('base64') ?? '',
      };
      throw badDigest('Content-MD5', 'what we received', details);
    }
    const expected = inTrailer === undefined ? inHeader : statedChecksum(decoder?.trailers ?? {});
    if (expected?.algorithm !== stated) throw malformedTrailer();
    if (expected && expected.value !== digests.get(expected.algorithm)?.toString('base64')) {
      throw badDigest(expected.algorithm, 'the calculated checksum');
    }
    const checksum = { algorithm: kept, type: 'FULL_OBJECT', value } as const;
    return { content, etag: md5?.toString('hex') ?? '', checksum, stated };
  } catch (error) {
    store.discard(content);
    throw error;
  }
}

/** The object's own content encoding, without `aws-chunked`, which is the request's. */
export function storedContentEncoding(headers: IncomingHttpHeaders): string | undefined {
  const codings = headers['content-encoding']?.split(',').map((coding) => coding.trim());
  return codings?.filter((coding) => coding !== 'aws-chunked').join(',') || undefined;
}

/** How a body is sent. */
interface Framing {
  /** Bytes. */
  readonly length: number;
  readonly decoder?: ChunkedBodyDecoder;
  /** The hash that the signature covers, in hex. */
  readonly sha256?: string;
}

function framing(headers: IncomingHttpHeaders, signatures: () => BodySignatures): Framing {
  const payloadHash = String(headers[PAYLOAD_HASH_HEADER] ?? UNSIGNED);
  const streamed = STREAMED[payloadHash];
  if (streamed) {
    const length = lengthOf(headers['x-amz-decoded-content-length']);
    const { signed, trailers } = streamed;
    return {
      length,
      decoder: new ChunkedBodyDecoder({ length, trailers, signatures: signed ? signatures() : undefined }),
    };
  }
  if (headers['transfer-encoding'] !== undefined) throw headerNotImplemented('Transfer-Encoding');
  const length = lengthOf(headers['content-length']);
  if (payloadHash === UNSIGNED) return { length };
  if (/^[0-9a-f]{64}$/i.test(payloadHash)) return { length, sha256: payloadHash.toLowerCase() };
  const valid = `${[UNSIGNED, ...Object.keys(STREAMED)].join(', ')} or a valid sha256 value.`;
  throw invalidArgument(`${PAYLOAD_HASH_HEADER} must be ${valid}`, PAYLOAD_HASH_HEADER, payloadHash);
}

function lengthOf(header: string | string[] | undefined): number {
  if (typeof header === 'string' && /^\d+$/.test(header)) return Number(header);
  throw new AwsError('MissingContentLength', 'You must provide the Content-Length HTTP header.', 411);
}

/** The algorithm of the checksum that is to come after the body; undefined when there is none. */
function announcedTrailer(headers: IncomingHttpHeaders): Algorithm | undefined {
  const name = headers['x-amz-trailer'];
  if (name === undefined) return undefined;
  return algorithmNamed(
    String(name)
      .trim()
      .toLowerCase()
      .replace(/^x-amz-checksum-/, ''),
  );
}

function requireAnnounced(headers: IncomingHttpHeaders, algorithm: Algorithm | undefined): void {
  const named = algorithmNamed(headers['x-amz-sdk-checksum-algorithm'] as string | undefined);
  if (named === undefined || algorithm !== undefined) return;
  throw new AwsError(
    'InvalidRequest',
    `x-amz-sdk-checksum-algorithm specified, but no corresponding ${checksumHeader(named)} or x-amz-trailer headers were found.`,
  );
}

function statedMd5(headers: IncomingHttpHeaders): Buffer | undefined {
  const stated = headers['content-md5'];
  if (stated === undefined) return undefined;
  const bytes = Buffer.from(String(stated), 'base64');
  if (bytes.length === 16) return bytes;
  throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.');
}

/** Several hashes of the same bytes. */
class Hashes {
  readonly #hashes: ReadonlyMap<HashAlgorithm, Hash>;

  constructor(algorithms: readonly HashAlgorithm[]) {
    this.#hashes = new Map([...new Set(algorithms)].map((algorithm) => [algorithm, newHash(algorithm)]));
  }

  async *over(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      for (const hash of this.#hashes.values()) hash.update(piece);
      yield piece;
    }
  }

  async digests(): Promise<ReadonlyMap<HashAlgorithm, Buffer>> {
    const entries = [...this.#hashes].map(async ([name, hash]) => [name, Buffer.from(await hash.digest())] as const);
    return new Map(await Promise.all(entries));
  }
}

function badDigest(what: string, other: string, details: Record<string, string> = {}): AwsError {
  return new AwsError('BadDigest', `The ${what} you specified did not match ${other}.`, 400, { details });
}

function requirePayload(stated: string, computed: string): void {
  if (stated === computed) return;
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
  const details = { ClientComputedContentSHA256: stated, S3ComputedContentSHA256: computed };
  throw new AwsError('XAmzContentSHA256Mismatch', message, 400, { details });
}
