import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, NoSuchKey, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { runDirOf } from '../../../tooling/paths.ts';
import { PARTITION, REGION, URL_SUFFIX } from '../../aws-identity.ts';
import { type ObjectStore, startObjectStore } from '../../engines/object-store/start-object-store.ts';
import { physicalName } from '../physical-names.ts';
import { created, ignored, provider, type ResourceProviders } from '../provider.ts';
import type { Run, Service } from '../service.ts';
import { S3Api } from './api.ts';

const MAX_BUCKET_NAME = 63;

/** S3: buckets on an S3 server, which only the API in front of it shows to others. */
export class S3 implements Service {
  readonly #run: Pick<Run, 'settings' | 'log'>;
  #open: { store: ObjectStore; api: S3Api; client: S3Client } | undefined;

  constructor(run: Pick<Run, 'settings' | 'log'>) {
    this.#run = run;
  }

  readonly resources: ResourceProviders = {
    'AWS::S3::Bucket': provider(
      'a bucket on the local object store, kept between runs',
      z.object({ BucketName: z.string().optional() }),
      async (properties, request) => {
        const name = properties.BucketName ?? physicalName(request, MAX_BUCKET_NAME).toLowerCase();
        try {
          await this.client.send(new CreateBucketCommand({ Bucket: name }), { abortSignal: request.signal });
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
    'AWS::S3::BucketPolicy': ignored('buckets are reached only through the AWS endpoint, which identifies the caller'),
  };

  get api(): S3Api | undefined {
    return this.#open?.api;
  }

  /** A client of the store itself, which may do everything. */
  get client(): S3Client {
    if (!this.#open) throw new Error('the object store is not open');
    return this.#open.client;
  }

  async open(): Promise<void> {
    const { settings, log } = this.#run;
    const store = await startObjectStore({
      dir: join(settings.dataDir, 's3'),
      runDir: runDirOf(settings.dataDir),
      log: log.child('s3'),
    });
    const { url: endpoint, credentials } = store;
    const client = new S3Client({ endpoint, credentials, region: REGION, forcePathStyle: true });
    this.#open = { store, api: new S3Api(endpoint), client };
  }

  async stop(): Promise<void> {
    this.#open?.api.close();
    this.#open?.client.destroy();
    await this.#open?.store.stop();
  }

  /** Reads an object; undefined when there is none. */
  async getObject(Bucket: string, Key: string) {
    try {
      const object = await this.client.send(new GetObjectCommand({ Bucket, Key }));
      return {
        body: object.Body as AsyncIterable<Uint8Array>,
        contentLength: object.ContentLength ?? 0,
        ...(object.ContentType === undefined ? {} : { contentType: object.ContentType }),
        ...(object.ETag === undefined ? {} : { etag: object.ETag }),
        ...(object.LastModified === undefined ? {} : { lastModified: object.LastModified }),
        ...(object.CacheControl === undefined ? {} : { cacheControl: object.CacheControl }),
      };
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }
}

/** The domain name under which a distribution knows a bucket. */
export function bucketDomain(bucket: string): string {
  return `${bucket}.s3.${REGION}.${URL_SUFFIX}`;
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof S3ServiceException && ['BucketAlreadyExists', 'BucketAlreadyOwnedByYou'].includes(error.name);
}
