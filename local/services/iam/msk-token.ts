import type { Principal, PrincipalStore } from './principals.ts';
import { readSignature, SignatureError, verifySignature } from './sigv4.ts';

/**
 * Establishes whose token a Kafka client presents in SASL/OAUTHBEARER: the base64url form of an address presigned for
 * `kafka-cluster:Connect`, as aws-msk-iam-sasl-signer-js makes it.
 *
 * @param now for tests
 * @throws SignatureError
 */
export function verifyMskToken(token: string, principals: PrincipalStore, now = new Date()): Principal {
  const url = parse(token);
  if (
    !/^kafka\.[a-z0-9-]+\.amazonaws\.com$/.test(url.host) ||
    url.searchParams.get('Action') !== 'kafka-cluster:Connect'
  ) {
    throw invalid('it is not an address for kafka-cluster:Connect');
  }
  const request = { method: 'GET', url: url.pathname + withoutUserAgent(url.search), headers: { host: url.host } };
  if (readSignature(request).service !== 'kafka-cluster') throw invalid('it is signed for another service');
  return verifySignature(request, principals, now);
}

function parse(token: string): URL {
  const address = Buffer.from(token, 'base64url').toString('utf8');
  if (!URL.canParse(address)) throw invalid('it does not hold an address');
  return new URL(address);
}

/** The signers append their name after signing. */
function withoutUserAgent(search: string): string {
  return search.replace(/&User-Agent=[^&]*/g, '');
}

function invalid(detail: string): SignatureError {
  return new SignatureError('InvalidRequest', `The MSK IAM token is invalid: ${detail}.`);
}
