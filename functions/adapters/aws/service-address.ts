/** Domains of the partitions other than `aws` and `aws-us-gov`, by how the names of their Regions begin. */
const DOMAINS = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
  ['us-isof-', 'csp.hci.ic.gov'],
] as const;

/**
 * Where a function finds a service: what `AWS_ENDPOINT_URL` says, or the service's own address in the Region.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 * https://docs.aws.amazon.com/general/latest/gr/rande.html
 */
export function serviceAddress(service: string, region: string, endpoint = process.env.AWS_ENDPOINT_URL): URL {
  return new URL(endpoint || `https://${service}.${region}.${domainOf(region)}`);
}

/**
 * Where the keys of a bucket begin: the bucket's own host, which S3 recommends. In the path where there is none: at an endpoint of one's own, and for a bucket
 * whose dots its certificate does not cover.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function bucketAddress(bucket: string, region: string, endpoint = process.env.AWS_ENDPOINT_URL): URL {
  const address = serviceAddress('s3', region, endpoint);
  if (endpoint || bucket.includes('.')) address.pathname = `/${bucket}/`;
  else address.hostname = `${bucket}.${address.hostname}`;
  return address;
}

function domainOf(region: string): string {
  return DOMAINS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'amazonaws.com';
}
