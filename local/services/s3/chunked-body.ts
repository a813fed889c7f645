import { Transform, type TransformCallback } from 'node:stream';
import { AwsError } from '../../aws-api/aws-error.ts';

const CRLF = '\r\n';
const MAX_LINE_BYTES = 16 * 1024;

/**
 * Decodes an `aws-chunked` body: `<hex size>[;chunk-signature=...]`, bytes, ..., `0`, then optional trailers such as a
 * checksum. Chunk signatures and trailing checksums are not verified.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export class ChunkedBodyDecoder extends Transform {
  readonly #expectedBytes: number;
  #receivedBytes = 0;
  #line = '';
  #state: 'size' | 'data' | 'data-end' | 'trailers' | 'done' = 'size';
  #bytesLeftInChunk = 0;

  constructor(expectedBytes: number) {
    super();
    this.#expectedBytes = expectedBytes;
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      let at = 0;
      while (at < piece.length) at = this.#state === 'data' ? this.#takeData(piece, at) : this.#takeLine(piece, at);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    const complete = this.#state === 'done' && this.#receivedBytes === this.#expectedBytes;
    done(complete ? null : incomplete());
  }

  #takeData(piece: Buffer, at: number): number {
    const data = piece.subarray(at, at + this.#bytesLeftInChunk);
    this.push(data);
    this.#receivedBytes += data.length;
    this.#bytesLeftInChunk -= data.length;
    if (this.#bytesLeftInChunk === 0) this.#state = 'data-end';
    return at + data.length;
  }

  /** A line may be cut anywhere between two pieces, even between CR and LF. */
  #takeLine(piece: Buffer, at: number): number {
    const newline = piece.indexOf('\n', at);
    const end = newline === -1 ? piece.length : newline + 1;
    this.#line += piece.toString('latin1', at, end);
    if (this.#line.length > MAX_LINE_BYTES) throw incomplete();
    if (this.#line.endsWith(CRLF)) {
      this.#endOfLine(this.#line.slice(0, -CRLF.length));
      this.#line = '';
    }
    return end;
  }

  #endOfLine(line: string): void {
    switch (this.#state) {
      case 'size': {
        const [, size] = /^([0-9a-f]{1,8})(?:;.*)?$/i.exec(line) ?? [];
        if (size === undefined) throw incomplete();
        this.#bytesLeftInChunk = Number.parseInt(size, 16);
        this.#state = this.#bytesLeftInChunk === 0 ? 'trailers' : 'data';
        return;
      }
      case 'data-end':
        if (line !== '') throw incomplete();
        this.#state = 'size';
        return;
      case 'trailers':
        if (line === '') this.#state = 'done';
        return;
      default:
        throw incomplete();
    }
  }
}

function incomplete(): AwsError {
  return new AwsError('IncompleteBody', 'The aws-chunked request body is malformed or shorter than its stated length.');
}
