import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { PassThrough, type Readable, type Transform } from 'node:stream';
import { PAYLOAD_HASH_HEADER } from '../iam/canonical-request.ts';
import { ChunkedBodyDecoder } from './chunked-body.ts';
import { VerifiedBody } from './verified-body.ts';

/** An S3 request's body as the object's own bytes: `aws-chunked` is taken off, a signed hash is checked on the way. */
export interface RequestBody {
  readonly stream: Readable;
  /** Bytes; `undefined` when the client did not say. */
  readonly length: number | undefined;
}

/** @returns `undefined` for a request without a body */
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

/** `aws-chunked` is a matter between client and S3, the other codings belong to the object. */
export function storedContentEncoding(headers: IncomingHttpHeaders): string | undefined {
  const codings = headers['content-encoding']?.split(',').map((coding) => coding.trim());
  return codings?.filter((coding) => coding !== 'aws-chunked').join(', ') || undefined;
}

/**
 * `pipeline` would destroy the request when a later stage fails, and with it the connection that the answer goes over.
 * So only the way forward is coupled: a client that goes away ends the body with an error.
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
