import type { Principal } from '../../aws-api/api-call.ts';
import { AwsError } from '../../aws-api/aws-error.ts';
import { REGION } from '../../aws-identity.ts';
import type { PrincipalStore } from './principals.ts';
import { readSignature, verifySignature } from './sigv4.ts';

/**
 * Establishes whose token a Kafka client presents in SASL/OAUTHBEARER: a URL presigned for `kafka-cluster:Connect`, in
 * base64url, as aws-msk-iam-sasl-signer-js makes it.
 *
 * @param now for tests
 * @throws AwsError (403)
 */
export function verifyMskToken(token: string, principals: PrincipalStore, now = new Date()): Principal {
  const url = parse(token);
  if (
    !/^kafka\.[a-z0-9-]+\.amazonaws\.com$/.test(url.host) ||
    url.searchParams.get('Action') !== 'kafka-cluster:Connect'
  ) {
    throw invalid('it is not a URL for kafka-cluster:Connect');
  }
  const request = { method: 'GET', url: url.pathname + withoutUserAgent(url.search), headers: { host: url.host } };
  const { service, region } = readSignature(request);
  if (service !== 'kafka-cluster') throw invalid('it is signed for another service');
  if (region !== REGION || url.host !== `kafka.${REGION}.amazonaws.com`) {
    throw invalid(`it is for another Region than that of the cluster, ${REGION}`);
  }
  return verifySignature(request, principals, now);
}

function parse(token: string): URL {
  const url = URL.parse(Buffer.from(token, 'base64url').toString('utf8'));
  if (!url) throw invalid('it does not hold a URL');
  return url;
}

/** The signers append their name after signing. */
function withoutUserAgent(search: string): string {
  return search.replace(/&User-Agent=[^&]*/g, '');
}

function invalid(detail: string): AwsError {
  return new AwsError('InvalidRequest', `The MSK IAM token is invalid: ${detail}.`, 403);
}
