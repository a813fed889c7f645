import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../../aws-api/aws-error.ts';
import { readSignature, type SignedRequest } from '../iam/service.ts';

/**
 * Whether a web page had a browser send the request, and not a person (an address typed in, a bookmark) or a program. Scripts
 * cannot change these headers: https://fetch.spec.whatwg.org/#forbidden-request-header, https://www.w3.org/TR/fetch-metadata/.
 * An own origin is no better than a foreign one: only objects could be pages of it.
 */
export function isFromPage({ origin, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  return origin !== undefined || (site !== undefined && site !== 'none');
}

/**
 * Keeps web pages from using the published key of this run. As on AWS, they may follow or fetch a presigned URL of S3, which
 * changes nothing, and send the preflight of such a fetch; the rules of the bucket decide who may read the response.
 *
 * @throws AwsError (403) for any other request
 */
export function refuseUnlessPresignedRead(request: SignedRequest): void {
  if (request.method === 'OPTIONS') return;
  const { service, expiresSeconds } = readSignature(request);
  if (service === 's3' && expiresSeconds !== undefined && ['GET', 'HEAD'].includes(request.method)) return;
  const rule = 'Web pages may only read presigned URLs of S3 here.';
  throw new AwsError(
    'AccessDenied',
    `${rule} To call the AWS APIs, use a program, such as an SDK or the AWS CLI.`,
    403,
  );
}
