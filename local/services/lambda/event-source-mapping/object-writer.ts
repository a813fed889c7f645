import { REGION } from '../../../aws-identity.ts';
import type { Credentials } from '../../iam/service.ts';
import type { PutObject } from './poller.ts';

/** Stores objects through the API of S3. @param credentials of the function's role, whose permissions decide */
export function objectWriter(endpoint: string, credentials: Credentials): PutObject {
  return async (Bucket, Key, Body) => {
    // Few mappings have a bucket for failures, and the SDK takes its time to load.
    const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
    const client = new S3Client({ endpoint, region: REGION, credentials, forcePathStyle: true });
    try {
      await client.send(new PutObjectCommand({ Bucket, Key, Body }));
    } finally {
      client.destroy();
    }
  };
}
