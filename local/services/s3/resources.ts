import { CreateBucketCommand, S3ServiceException } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { PARTITION, REGION, URL_SUFFIX } from '../../aws-identity.ts';
import { physicalName } from '../physical-names.ts';
import { created, provider, type ResourceProviders } from '../provider.ts';

const MAX_BUCKET_NAME = 63;

/** S3: buckets. */
export const s3Providers: ResourceProviders = {
  'AWS::S3::Bucket': provider(
    'a bucket on the local object store, kept between runs',
    z.object({ BucketName: z.string().optional() }),
    async (properties, request) => {
      const name = properties.BucketName ?? physicalName(request, MAX_BUCKET_NAME).toLowerCase();
      try {
        await request.context.s3.send(new CreateBucketCommand({ Bucket: name }), { abortSignal: request.signal });
      } catch (error) {
        if (!isAlreadyThere(error)) throw error;
      }
      return created(name, {
        Arn: `arn:${PARTITION}:s3:::${name}`,
        DomainName: `${name}.s3.${URL_SUFFIX}`,
        RegionalDomainName: bucketDomain(name),
      });
    },
  ),
};

/** The domain name under which a distribution knows a bucket. */
export function bucketDomain(bucket: string): string {
  return `${bucket}.s3.${REGION}.${URL_SUFFIX}`;
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof S3ServiceException && ['BucketAlreadyExists', 'BucketAlreadyOwnedByYou'].includes(error.name);
}
