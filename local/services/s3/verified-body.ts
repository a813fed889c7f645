import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { AwsError } from '../../aws-endpoint/aws-error.ts';

/**
 * Passes a body through and checks it against the hash that was signed. The last piece is held back until the check is
 * done, so a body that does not fit never arrives as a whole.
 */
export class VerifiedBody extends Transform {
  readonly #expectedSha256: string;
  readonly #hash = createHash('sha256');
  #heldBack: Buffer | undefined;

  /** @param expectedSha256 in hex */
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
