import { hash } from 'node:crypto';
import type { BodySignatures } from '../../aws-api/api-call.ts';
import type { SignedRequest } from './canonical-request.ts';
import type { PrincipalStore } from './principals.ts';
import { hmac, requireEqual, signingKey } from './signing-key.ts';
import { readSignature } from './sigv4.ts';

const EMPTY_HASH = hash('sha256', '');

/**
 * The signatures of the parts of a body. Each covers the one before it; the first covers that of the request's head.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export class ChunkSignatures implements BodySignatures {
  readonly #key: Buffer;
  readonly #timestamp: string;
  readonly #scope: string;
  #previous: string;

  /** @param request one whose own signature is verified */
  constructor(request: SignedRequest, principals: PrincipalStore) {
    const { accessKeyId, date, region, service, timestamp, signature } = readSignature(request);
    this.#scope = `${date}/${region}/${service}/aws4_request`;
    this.#key = signingKey(principals.find(accessKeyId)?.credentials.secretAccessKey ?? '', this.#scope);
    this.#timestamp = timestamp;
    this.#previous = signature;
  }

  verifyChunk(sha256: string, signature: string): void {
    this.#verify('AWS4-HMAC-SHA256-PAYLOAD', [EMPTY_HASH, sha256], signature);
  }

  verifyTrailers(sha256: string, signature: string): void {
    this.#verify('AWS4-HMAC-SHA256-TRAILER', [sha256], signature);
  }

  #verify(algorithm: string, hashes: readonly string[], signature: string): void {
    const text = [algorithm, this.#timestamp, this.#scope, this.#previous, ...hashes].join('\n');
    requireEqual(signature, hmac(this.#key, text).toString('hex'));
    this.#previous = signature;
  }
}
