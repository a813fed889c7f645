import { createHash, type Hash, hash } from 'node:crypto';
import type { BodySignatures } from '../../aws-api/api-call.ts';
import { AwsError } from '../../aws-api/aws-error.ts';

const CRLF = '\r\n';
const MAX_LINE_BYTES = 16 * 1024;
const MIN_CHUNK_BYTES = 8 * 1024;
const TRAILER_SIGNATURE = 'x-amz-trailer-signature';

/** How a body is coded. */
export interface ChunkedCoding {
  /** The length of what is decoded. */
  readonly length: number;
  /** Verifies the signature of each chunk, where chunks have one. */
  readonly signatures?: BodySignatures | undefined;
  /** Whether trailers come after the last chunk, which are signed as well where chunks are. */
  readonly trailers: boolean;
}

/**
 * Decodes an `aws-chunked` body: `<hex size>[;chunk-signature=...]`, bytes, ..., `0`, then optional trailers such as a
 * checksum. Every signature is verified as its chunk ends.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export class ChunkedBodyDecoder {
  /** By name in lower case; complete once the end has been checked. */
  readonly trailers: Record<string, string> = {};
  readonly #coding: ChunkedCoding;
  #receivedBytes = 0;
  #line = '';
  #state: 'size' | 'data' | 'data-end' | 'trailers' | 'done' = 'size';
  #chunk = { number: 0, bytes: 0, signature: '' };
  /** Of the bytes of this chunk, where chunks are signed. */
  #hash: Hash | undefined;
  #bytesLeftInChunk = 0;
  /** The lines of the trailers, as their signature covers them. */
  #signedTrailers = '';
  #trailerSignature: string | undefined;

  constructor(coding: ChunkedCoding) {
    this.#coding = coding;
  }

  /**
   * Decodes a body. Rejects with AwsError `IncompleteBody`, `InvalidChunkSizeError`, `SignatureDoesNotMatch` or
   * `MalformedTrailerError`, or with the source's error.
   */
  async *decode(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      for (let at = 0; at < piece.length; ) {
        if (this.#state === 'data') {
          const data = piece.subarray(at, at + this.#bytesLeftInChunk);
          this.#take(data);
          at += data.length;
          yield data;
        } else at = this.#takeLine(piece, at);
      }
    }
    if (this.#state !== 'done' || this.#receivedBytes !== this.#coding.length) throw incomplete();
  }

  #take(data: Buffer): void {
    this.#receivedBytes += data.length;
    if (this.#receivedBytes > this.#coding.length) throw incomplete();
    this.#hash?.update(data);
    this.#bytesLeftInChunk -= data.length;
    if (this.#bytesLeftInChunk === 0) this.#state = 'data-end';
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
      case 'size':
        this.#beginChunk(line);
        return;
      case 'data-end':
        if (line !== '') throw incomplete();
        this.#verifyChunk();
        this.#state = 'size';
        return;
      case 'trailers':
        if (line === '') this.#end();
        else this.#takeTrailer(line);
        return;
      default:
        throw incomplete();
    }
  }

  #beginChunk(line: string): void {
    const [, size, signature = ''] = /^([0-9a-f]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line) ?? [];
    if (size === undefined || (this.#coding.signatures && signature === '')) throw incomplete();
    const bytes = Number.parseInt(size, 16);
    const number = this.#chunk.number + 1;
    if (bytes > 0 && number > 1 && this.#chunk.bytes < MIN_CHUNK_BYTES) throw tooSmall(number, this.#chunk.bytes);
    this.#chunk = { number, bytes, signature };
    this.#hash = this.#coding.signatures && createHash('sha256');
    this.#bytesLeftInChunk = bytes;
    this.#state = bytes === 0 ? 'trailers' : 'data';
    if (bytes === 0) this.#verifyChunk();
  }

  #verifyChunk(): void {
    if (this.#hash) this.#coding.signatures?.verifyChunk(this.#hash.digest('hex'), this.#chunk.signature);
  }

  #takeTrailer(line: string): void {
    const [, name, text = ''] = /^([^:\s]+):(.*)$/.exec(line) ?? [];
    if (name === undefined) throw malformedTrailer();
    const [key, value] = [name.toLowerCase(), text.trim()];
    if (key === TRAILER_SIGNATURE) {
      this.#trailerSignature = value;
      return;
    }
    this.trailers[key] = value;
    this.#signedTrailers += `${key}:${value}\n`;
  }

  #end(): void {
    if (this.#coding.signatures && this.#coding.trailers) {
      if (this.#trailerSignature === undefined) throw incomplete();
      this.#coding.signatures.verifyTrailers(hash('sha256', this.#signedTrailers), this.#trailerSignature);
    }
    this.#state = 'done';
  }
}

/** Trailers that are not those that were announced, or cannot be read. */
export function malformedTrailer(): AwsError {
  return new AwsError(
    'MalformedTrailerError',
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  );
}

function incomplete(): AwsError {
  return new AwsError('IncompleteBody', 'The request body terminated unexpectedly');
}

/** As recorded from AWS: https://github.com/versity/versitygw/issues/2085, https://github.com/aws/aws-sdk-cpp/issues/3132 */
function tooSmall(chunk: number, sizeBefore: number): AwsError {
  const message = `Only the last chunk is allowed to have a size less than ${MIN_CHUNK_BYTES} bytes`;
  const details = { Chunk: String(chunk), BadChunkSize: String(sizeBefore) };
  return new AwsError('InvalidChunkSizeError', message, 403, { details });
}
