import { createHash, createHmac } from 'node:crypto';
import { expect } from 'vitest';
import { behaviour, ERRORS, ONLY_JAVASCRIPT, reference } from './behaviour.ts';
import type { Expected, Session } from './session.ts';

const CHUNKS = reference('sigv4-streaming');
const TRAILERS = reference('sigv4-streaming-trailers');
const CRC32 = 'x-amz-checksum-crc32';
/** Of `hello world`. */
const CRC32_LINE = `${CRC32}:DUoRhQ==`;

const MISMATCH = {
  status: 403,
  code: 'SignatureDoesNotMatch',
  message:
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
};
const INCOMPLETE = { status: 400, code: 'IncompleteBody', message: 'The request body terminated unexpectedly' };

interface Sent {
  readonly chunks?: readonly string[];
  /** Ends the body with a checksum as trailer. */
  readonly trailer?: boolean;
  /** What becomes of the body on its way. */
  readonly change?: (coded: string) => string;
}

/** Puts `k` with a body of signed chunks, which no SDK for JavaScript sends. */
async function send(s3: Session, expected: Expected, { chunks = ['hello world'], trailer = false, change }: Sent = {}) {
  const coded = (head: Readonly<Record<string, string>>) => {
    const text = signedBody(head, [...chunks, ''], trailer);
    return change ? change(text) : text;
  };
  const headers = {
    'content-encoding': 'aws-chunked',
    'x-amz-content-sha256': `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer ? '-TRAILER' : ''}`,
    'x-amz-decoded-content-length': String(chunks.join('').length),
    ...(trailer ? { 'x-amz-trailer': CRC32 } : {}),
  };
  // Its length is signed before its signatures are there.
  const body = coded({ authorization: `Credential=a/b/c/d/e, Signature=${'0'.repeat(64)}`, 'x-amz-date': '' });
  await s3.call('PutObject', { Key: 'k', Body: 'replaced' }, expected, {
    checksums: false,
    headers,
    body,
    signedBody: coded,
  });
  const stored = expected.code === undefined ? { Body: chunks.join(''), ContentEncoding: undefined } : { status: 404 };
  await s3.call(expected.code === undefined ? 'GetObject' : 'HeadObject', { Key: 'k' }, stored);
}

/** The coded body by the head of its request, which the operator has signed. */
function signedBody(head: Readonly<Record<string, string>>, chunks: readonly string[], trailer: boolean): string {
  const [, scope = ''] = /Credential=[^/]+\/([^,]+)/.exec(head.authorization ?? '') ?? [];
  let [, previous = ''] = /Signature=(\w+)/.exec(head.authorization ?? '') ?? [];
  const key = scope.split('/').reduce<Buffer>((from, part) => hmac(from, part), Buffer.from('AWS4test'));
  const sign = (kind: string, ...hashes: string[]) => {
    const text = [`AWS4-HMAC-SHA256-${kind}`, head['x-amz-date'], scope, previous, ...hashes].join('\n');
    previous = hmac(key, text).toString('hex');
    return previous;
  };
  const coded = chunks.map((chunk) => {
    const signature = sign('PAYLOAD', sha256(''), sha256(chunk));
    return `${chunk.length.toString(16)};chunk-signature=${signature}\r\n${chunk}`;
  });
  if (!trailer) return `${coded.join('\r\n')}\r\n`;
  const signature = sign('TRAILER', sha256(`${CRC32_LINE}\n`));
  return `${coded.join('\r\n')}${CRC32_LINE}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const withOtherSignature = (name: string) => (coded: string) =>
  coded.replace(new RegExp(`${name}[=:]\\w{64}`), (found) => found.slice(0, -64) + 'f'.repeat(64));

/** Bodies whose chunks are signed. */
export const signedChunks = [
  behaviour(
    'signed chunks are verified and stored without their coding',
    CHUNKS,
    (s3) => send(s3, {}),
    ONLY_JAVASCRIPT,
  ),
  behaviour(
    'signed chunks of 8 KB and more are each verified by the one before',
    CHUNKS,
    (s3) => send(s3, {}, { chunks: ['a'.repeat(8192), 'b'.repeat(10_000), 'c'] }),
    ONLY_JAVASCRIPT,
  ),
  behaviour(
    'signed chunks with a signed trailer are verified',
    TRAILERS,
    (s3) => send(s3, {}, { trailer: true }),
    ONLY_JAVASCRIPT,
  ),
  behaviour(
    'a byte of a signed chunk that is changed is SignatureDoesNotMatch, and nothing is stored',
    CHUNKS,
    (s3) => send(s3, MISMATCH, { change: (coded) => coded.replace('hello', 'jello') }),
    ONLY_JAVASCRIPT,
  ),
  behaviour(
    'a chunk with another signature is SignatureDoesNotMatch, and nothing is stored',
    CHUNKS,
    (s3) => send(s3, MISMATCH, { change: withOtherSignature('chunk-signature') }),
    ONLY_JAVASCRIPT,
  ),
  behaviour(
    'a signed trailer that is changed is SignatureDoesNotMatch, and nothing is stored',
    TRAILERS,
    (s3) => send(s3, MISMATCH, { trailer: true, change: (coded) => coded.replace('DUoRhQ', 'DUoRhR') }),
    ONLY_JAVASCRIPT,
  ),
  behaviour(
    'a trailer with another signature is SignatureDoesNotMatch, and nothing is stored',
    TRAILERS,
    (s3) => send(s3, MISMATCH, { trailer: true, change: withOtherSignature('x-amz-trailer-signature') }),
    ONLY_JAVASCRIPT,
  ),
  behaviour(
    'a chunk without its signature is IncompleteBody, and nothing is stored',
    CHUNKS,
    (s3) => send(s3, INCOMPLETE, { change: (coded) => coded.replace(';chunk-signature=', ';chunk_signature=') }),
    ONLY_JAVASCRIPT,
  ),
  behaviour(
    'a chunk of less than 8 KB before another is InvalidChunkSizeError',
    CHUNKS,
    (s3) => {
      // The SDK adds its advice.
      const message = expect.stringMatching(/^Only the last chunk is allowed to have a size less than 8192 bytes/);
      const expected = { status: 403, code: 'InvalidChunkSizeError', message, Chunk: '2', BadChunkSize: '5' };
      return send(s3, expected, { chunks: ['hello', ' world'] });
    },
    ONLY_JAVASCRIPT,
  ),
  behaviour(
    'a body with signatures of another kind is InvalidArgument',
    ERRORS,
    async (s3) => {
      const headers = { 'x-amz-content-sha256': 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD' };
      const refused = { status: 400, code: 'InvalidArgument', ArgumentName: 'x-amz-content-sha256' };
      await s3.call('PutObject', { Key: 'k', Body: 'x' }, refused, { checksums: false, headers });
    },
    ONLY_JAVASCRIPT,
  ),
];
