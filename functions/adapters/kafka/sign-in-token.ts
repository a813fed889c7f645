import { requestSigner } from '../aws/request-signer.ts';

const LIFETIME_SECONDS = 900;

/**
 * What a client signs in to MSK with, as OAUTHBEARER: a presigned address, as `aws-msk-iam-sasl-signer-js` makes it, which
 * brings the whole of the AWS SDK along. Made for each connection, without asking anybody.
 * https://github.com/aws/aws-msk-iam-sasl-signer-js, https://github.com/aws/aws-msk-iam-auth#details
 */
export async function signInToken(region: string): Promise<string> {
  const hostname = `kafka.${region}.amazonaws.com`;
  const request = {
    method: 'GET',
    protocol: 'https:',
    hostname,
    path: '/',
    query: { Action: 'kafka-cluster:Connect' },
    headers: { host: hostname },
  };
  const { query } = await requestSigner('kafka-cluster', region).presign(request, { expiresIn: LIFETIME_SECONDS });
  const parameters = new URLSearchParams({ ...(query as Record<string, string>), 'User-Agent': 'orderflow' });
  return Buffer.from(`https://${hostname}/?${parameters}`).toString('base64url');
}
