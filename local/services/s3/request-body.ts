import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { PassThrough, type Readable, Transform, type TransformCallback } from 'node:stream';
import { AwsError } from '../../aws-api/aws-error.ts';
import { PAYLOAD_HASH_HEADER } from '../../aws-api/request.ts';
import { ChunkedBodyDecoder } from './chunked-body.ts';

/** An S3 request's body as the object's own bytes, decoded from `aws-chunked` and checked against a signed hash. */
export interface RequestBody {
  readonly stream: Readable;
  /** Bytes; undefined when the client did not state it. */
  readonly length: number | undefined;
}

/** The body of a request; undefined when it has none. */
export function requestBody(request: IncomingMessage): RequestBody | undefined {
  const { headers } = request;
  const length = numberOf(headers['content-length']);
  if (length === undefined && headers['transfer-encoding'] === undefined) return undefined;
  const payloadHash = String(headers[PAYLOAD_HASH_HEADER] ?? '');
  if (payloadHash.startsWith('STREAMING-')) {
    const decodedLength = numberOf(headers['x-amz-decoded-content-length']) ?? 0;
    return { stream: through(request, new ChunkedBodyDecoder(decodedLength)), length: decodedLength };
  }
  const signed = /^[0-9a-f]{64}$/i.test(payloadHash);
  return { stream: through(request, signed ? new VerifiedBody(payloadHash) : new PassThrough()), length };
}

/** The object's own content encoding, without `aws-chunked`, which is the request's. */
export function storedContentEncoding(headers: IncomingHttpHeaders): string | undefined {
  const codings = headers['content-encoding']?.split(',').map((coding) => coding.trim());
  return codings?.filter((coding) => coding !== 'aws-chunked').join(', ') || undefined;
}

/**
 * Unlike `pipeline`, leaves the request alone when a later stage fails: its connection is needed for the response. A client
 * that goes away still ends the body with an error.
 */
function through(request: IncomingMessage, stage: Transform): Readable {
  request.once('close', () => {
    if (!request.complete) stage.destroy(new Error('The client went away before the end of its request.'));
  });
  return request.pipe(stage);
}

function numberOf(header: string | string[] | undefined): number | undefined {
  return header === undefined ? undefined : Number(header);
}

/**
 * Passes a body through and checks it against the hash that was signed. The last piece is held back until then, so that a
 * body that does not match never arrives as a whole.
 */
class VerifiedBody extends Transform {
  readonly #expectedSha256: string;
  readonly #hash = createHash('sha256');
  #heldBack: Buffer | undefined;

  constructor(expectedSha256: string) {
    super();
    this.#expectedSha256 = expectedSha256;
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(piece);
    if (this.#heldBack) this.push(this.#heldBack);
    this.#heldBack = piece;
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.#hash.digest('hex') !== this.#expectedSha256.toLowerCase()) {
      done(
        new AwsError(
          'XAmzContentSHA256Mismatch',
          "The provided 'x-amz-content-sha256' header does not match what was computed.",
        ),
      );
      return;
    }
    done(null, this.#heldBack);
  }
}
