import { createHmac, hash } from 'node:crypto';
import { OPERATOR_CREDENTIALS, REGION } from '../../local/aws-identity.ts';

/** What anybody can sign who knows the published key. */
const ALGORITHM = 'AWS4-HMAC-SHA256';
const VALID_SECONDS = 900;

/**
 * A presigned URL for any call.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 *
 * @param url may have a query
 * @param body what will be sent; of no account for S3
 */
export function presignedUrl(service: string, method: string, url: string, body = ''): string {
  const target = new URL(url);
  const { timestamp, scope, parameters, sign } = signer(service);
  const query = { ...parameters, 'X-Amz-Expires': String(VALID_SECONDS), 'X-Amz-SignedHeaders': 'host' };
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
  target.searchParams.sort();
  const payload = service === 's3' ? 'UNSIGNED-PAYLOAD' : hash('sha256', body);
  const { pathname, search, host } = target;
  const canonical = [method, pathname, search.slice(1), `host:${host}`, '', 'host', payload].join('\n');
  const signature = sign([ALGORITHM, timestamp, scope, hash('sha256', canonical)].join('\n'));
  return `${target.href}&X-Amz-Signature=${signature}`;
}

/**
 * The fields of a form that uploads a file to a bucket.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
export function signedForm(bucket: string, key: string, file: string): Record<string, string> {
  const { parameters, sign } = signer('s3');
  const fields = { key, ...parameters };
  const expiration = new Date(Date.now() + VALID_SECONDS * 1_000).toISOString();
  const conditions = Object.entries({ bucket, ...fields }).map(([name, value]) => ({ [name]: value }));
  const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64');
  return { ...fields, policy, 'X-Amz-Signature': sign(policy), file };
}

function signer(service: string) {
  const { accessKeyId, secretAccessKey } = OPERATOR_CREDENTIALS;
  const timestamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = [timestamp.slice(0, 8), REGION, service, 'aws4_request'];
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const credential = [accessKeyId, ...scope].join('/');
  return {
    timestamp,
    scope: scope.join('/'),
    parameters: { 'X-Amz-Algorithm': ALGORITHM, 'X-Amz-Credential': credential, 'X-Amz-Date': timestamp },
    sign: (text: string) => hmac(key, text).toString('hex'),
  };
}
