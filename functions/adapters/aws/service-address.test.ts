import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { bucketAddress, serviceAddress } from './service-address.ts';

/** A Region of each partition that the SDK knows. */
const REGIONS = ['us-east-1', 'eu-central-1', 'us-gov-west-1', 'cn-north-1', 'eusc-de-east-1', 'us-iso-east-1'].concat(
  'us-isob-east-1',
  'eu-isoe-west-1',
  'us-isof-south-1',
);
const CREDENTIALS = { accessKeyId: 'a', secretAccessKey: 's' };

/** Where an SDK client would send a command. */
async function askedBySdk(ask: (requestHandler: object) => Promise<unknown>): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const handle = async ({ protocol, hostname, port, path }: Record<string, string>) => {
    resolve(`${protocol}//${hostname}${port ? `:${port}` : ''}${path}`);
    throw new Error('Nothing is sent.');
  };
  await ask({ handle }).catch(() => undefined);
  return promise;
}

const bucketOfSdk = (Bucket: string, region: string, endpoint?: string) =>
  askedBySdk((requestHandler) =>
    new S3Client({
      region,
      credentials: CREDENTIALS,
      requestHandler: requestHandler as never,
      maxAttempts: 1,
      ...(endpoint && { endpoint }),
    }).send(new HeadBucketCommand({ Bucket })),
  );

describe('the address of a service', () => {
  it.each(REGIONS)('is the one that the AWS SDK finds in %s', async (region) => {
    const secrets = await askedBySdk((requestHandler) =>
      new SecretsManagerClient({
        region,
        credentials: CREDENTIALS,
        requestHandler: requestHandler as never,
        maxAttempts: 1,
      }).send(new GetSecretValueCommand({ SecretId: 's' })),
    );
    expect(serviceAddress('secretsmanager', region, undefined).href).toBe(secrets);
    expect(bucketAddress('order-receipts', region, undefined).href).toBe(await bucketOfSdk('order-receipts', region));
  });

  it('has a bucket in its path at an endpoint of one’s own, or when the certificate covers no host of that name', async () => {
    const endpoint = 'http://127.0.0.1:4566';
    expect(serviceAddress('secretsmanager', 'us-east-1', endpoint).href).toBe(`${endpoint}/`);
    expect(bucketAddress('order-receipts', 'us-east-1', endpoint).href).toBe(
      await bucketOfSdk('order-receipts', 'us-east-1', endpoint),
    );
    expect(bucketAddress('order.receipts', 'us-east-1', undefined).href).toBe(
      await bucketOfSdk('order.receipts', 'us-east-1'),
    );
  });
});
