import { AwsError } from '../../aws-api/aws-error.ts';

const CRLF = '\r\n';
const MAX_LINE_BYTES = 16 * 1024;

/**
 * Decodes an `aws-chunked` body: `<hex size>[;chunk-signature=...]`, bytes, ..., `0`, then optional trailers such as a
 * checksum. The signatures of chunks are not verified: a verifier would get them here, line by line.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export class ChunkedBodyDecoder {
  /** By name in lower case; complete once the end has been checked. */
  readonly trailers: Record<string, string> = {};
  readonly #expectedBytes: number;
  #receivedBytes = 0;
  #line = '';
  #state: 'size' | 'data' | 'data-end' | 'trailers' | 'done' = 'size';
  #bytesLeftInChunk = 0;

  /** @param expectedBytes the length of what is decoded */
  constructor(expectedBytes: number) {
    this.#expectedBytes = expectedBytes;
  }

  /** Decodes a body. Rejects with AwsError `IncompleteBody` or `MalformedTrailerError`, or with the source's error. */
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
    if (this.#state !== 'done' || this.#receivedBytes !== this.#expectedBytes) throw incomplete();
  }

  #take(data: Buffer): void {
    this.#receivedBytes += data.length;
    if (this.#receivedBytes > this.#expectedBytes) throw incomplete();
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
        else this.#takeTrailer(line);
        return;
      default:
        throw incomplete();
    }
  }

  #takeTrailer(line: string): void {
    const [, name, value = ''] = /^([^:\s]+):(.*)$/.exec(line) ?? [];
    if (name === undefined) throw malformedTrailer();
    this.trailers[name.toLowerCase()] = value.trim();
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
  return new AwsError('IncompleteBody', 'The aws-chunked request body is malformed or shorter than its stated length.');
}
