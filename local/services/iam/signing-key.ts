import { createHmac, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { AwsError } from '../../aws-api/aws-error.ts';

/** Deriving a key takes more than half of the time of a verification, and clients keep theirs for a day. */
const signingKeys = new LRUCache<string, Buffer>({ max: 1_000 });

/**
 * The key that a secret gives for a scope: `<date>/<region>/<service>/aws4_request`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signingKey(secret: string, scope: string): Buffer {
  const id = `${secret}/${scope}`;
  const known = signingKeys.get(id);
  if (known) return known;
  const key = scope.split('/').reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`));
  signingKeys.set(id, key);
  return key;
}

export function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

export function equalInConstantTime(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** @throws AwsError `SignatureDoesNotMatch`, in the words of the service, unless a stated signature is the expected one */
export function requireEqual(stated: string, expected: string, service = 's3'): void {
  if (equalInConstantTime(stated, expected)) return;
  const mismatch = 'The request signature we calculated does not match the signature you provided.';
  const remedy =
    service === 's3'
      ? 'Check your key and signing method.'
      : 'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
  throw new AwsError('SignatureDoesNotMatch', `${mismatch} ${remedy}`, 403);
}
